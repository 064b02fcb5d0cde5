package dev.headroom.queue;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;

/** What the README shows works, and what it lists is all there is. */
@OnEveryBackend
class ReadmeTest extends JobQueueContract {
    // begin
    public record ThumbRequest(long product, int width) {}

    public static class Images {
        @Job(name = "image.thumb", queue = "images", tx = Tx.COMPLETE_IN_TX)
        public void thumb(ThumbRequest request, JobContext job) throws SQLException {
            try (PreparedStatement insert =
                    job.connection().prepareStatement("insert into thumb (product, width) values (?, ?)")) {
                insert.setLong(1, request.product());
                insert.setInt(2, request.width());
                insert.executeUpdate();
            }
        }
    }
    // end

    public record Order(long number) {}

    public record Page(String html) {}

    public static class Orders {
        // begin
        @Job(name = "order.render", track = true)
        public Page render(Order order, JobContext job) {
            job.progress(0.5, "layout");
            return layout(order);
        }
        // end

        private static Page layout(Order order) {
            return new Page("<h1>" + order.number() + "</h1>");
        }
    }

    @Test
    void waitingForAResultWorks() throws Exception {
        JobQueue queue = started(builder().handlers(new Orders()));
        Order order = new Order(7);
        // begin
        JobHandle job = queue.enqueue(Orders::render, order); // committed before anybody waits for it
        Optional<Page> page = job.await(Duration.ofSeconds(30)).flatMap(result -> result.value(Page.class));
        // end
        assertThat(page).contains(new Page("<h1>7</h1>"));
    }

    @Test
    void theStartWorks() throws Exception {
        execute("create table thumb (product bigint, width int)");
        DataSource dataSource = dataSource();
        // begin
        SchemaInstaller.install(
                dataSource); // or run META-INF/headroom/queue/<database>/V*__*.sql with your migration tool
        JobQueue queue = JobQueue.builder(dataSource)
                .handlers(new Images())
                .queue("images", images -> images.workers(2))
                .build();
        queue.start();

        try (Connection connection = dataSource.getConnection()) {
            connection.setAutoCommit(false);
            // … insert the product …
            queue.in(connection).enqueue(Images::thumb, new ThumbRequest(42, 90));
            connection.commit(); // the job exists from here on, and is picked up within moments
        }
        // end
        awaitNoJobs();
        queue.close();
        assertThat(count("thumb where product = 42 and width = 90")).isOne();
    }

    @Test
    void theReadmeShowsThisCode() throws IOException {
        String source = source("ReadmeTest.java") + source("StartMain.java");
        String readme = squeezed(readme());
        List<String> shown = Pattern.compile("// begin\n(.*?)// end\n", Pattern.DOTALL)
                .matcher(source)
                .results()
                .map(found -> found.group(1))
                .toList();
        assertThat(shown).hasSize(5).allSatisfy(code -> assertThat(readme).contains(squeezed(code)));
    }

    @Test
    void theSpringBootStartIsTheExamplesCode() throws IOException {
        for (int boot : new int[] {3, 4}) {
            String jobs = Files.readString(Path.of("../examples/spring-boot-" + boot
                    + "/src/main/java/dev/headroom/examples/boot" + boot + "/Jobs.java"));
            assertThat(squeezed(readme())).contains(squeezed(jobs.substring(jobs.indexOf("@Configuration"))));
        }
    }

    @Test
    void theMetersTableListsTheMeters() throws IOException {
        TreeSet<String> constants = Arrays.stream(QueueMeters.class.getFields())
                .filter(field -> Modifier.isStatic(field.getModifiers()))
                .map(ReadmeTest::text)
                .collect(Collectors.toCollection(TreeSet::new));
        TreeSet<String> listed = Pattern.compile("^\\| `(headroom\\.queue\\.[a-z.]+)` \\|", Pattern.MULTILINE)
                .matcher(readme())
                .results()
                .map((MatchResult found) -> found.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(listed).isEqualTo(constants);
    }

    private static String text(Field field) {
        try {
            return (String) field.get(null);
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String source(String name) throws IOException {
        return Files.readString(Path.of("src/test/java/dev/headroom/queue", name));
    }

    private static String readme() throws IOException {
        return Files.readString(Path.of("README.md"));
    }

    // The README's lines are shorter.
    private static String squeezed(String text) {
        return text.replaceAll("\\s+", "");
    }
}
