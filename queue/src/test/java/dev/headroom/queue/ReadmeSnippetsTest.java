package dev.headroom.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.headroom.Component;
import dev.headroom.Headroom;
import dev.headroom.queue.batch.BatchProgress;
import dev.headroom.queue.batch.BatchStep;
import dev.headroom.queue.batch.JobBatch;
import dev.headroom.queue.jta.JtaTransactions;
import dev.headroom.queue.mail.Mail;
import dev.headroom.queue.mail.MailJobs;
import dev.headroom.queue.mail.MailTransport;
import dev.headroom.queue.mail.smtp.SmtpTransport;
import dev.headroom.queue.postgresql.PostgresNotifications;
import dev.headroom.queue.spring.SpringJpaTransactions;
import dev.headroom.queue.spring.SpringTransactions;
import dev.headroom.queue.testing.ManualQueue;
import jakarta.persistence.EntityManagerFactory;
import jakarta.transaction.TransactionSynchronizationRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Pattern;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the README shows beside its start: all of it compiles, and what can run here does. */
@OnEveryBackend
class ReadmeSnippetsTest extends JobQueueContract {
    private final List<String> seen = new CopyOnWriteArrayList<>();

    public record ImportRequest(String account) {}

    public final class Photos {
        // begin
        @Job(name = "photo.import", queue = "imports", fairBy = "#request.account")
        @Limit(by = "#request.account", running = 2, rate = "100/1m")
        public void importPhoto(ImportRequest request) {
            // end
            seen.add(request.account());
        }
    }

    @Test
    void limitsAndTurns() {
        JobQueue queue = started(builder().handlers(new Photos()));
        queue.enqueue(Photos::importPhoto, new ImportRequest("ada"));
        awaitNoJobs();
        assertThat(seen).containsExactly("ada");
    }

    public final class Imports {
        @Job(name = "fetch")
        public void fetch(String source) {
            seen.add("fetch");
        }

        @Job(name = "left")
        public void left(String source) {
            seen.add("side");
        }

        @Job(name = "right")
        public void right(String source) {
            seen.add("side");
        }

        @Job(name = "join")
        public void join(String source) {
            seen.add("join");
        }

        @Job(name = "report")
        public void report(String source, JobContext job) {
            seen.add("report " + job.batch().map(BatchProgress::done).orElse(-1));
        }
    }

    @Test
    void batches() throws Exception {
        JobQueue queue = started(builder().handlers(new Imports()));
        String source = "camera";
        try (Connection connection = dataSource().getConnection()) {
            // begin
            JobBatch batch = queue.in(connection).batch(jobs -> {
                BatchStep fetched = jobs.add(Imports::fetch, source);
                BatchStep left = jobs.add(Imports::left, source).after(fetched);
                BatchStep right = jobs.add(Imports::right, source).after(fetched);
                jobs.add(Imports::join, source).after(left, right);
                jobs.onEnd(Imports::report, source); // reads job.batch(): total, done, dead, cancelled
            });
            // end
            await().until(() -> seen.size() == 5);
            assertThat(batch.await(Duration.ofSeconds(10))).isPresent();
        }
        assertThat(seen).containsExactly("fetch", "side", "side", "join", "report 4");
        awaitNoJobs();
    }

    public record Order(long number) {}

    public record Receipt(long number) {}

    private interface Bank {
        Receipt charge(Order order);
    }

    private interface Warehouse {
        void ship(Order order, Receipt receipt);
    }

    public final class Orders {
        private final Bank bank = order -> new Receipt(order.number() + 1);
        private final Warehouse warehouse = (order, receipt) -> seen.add(order.number() + " " + receipt.number());

        // begin
        @Job(name = "order.place")
        public void place(Order order, JobContext job) throws Exception {
            Receipt receipt = job.step("charge", Receipt.class, () -> bank.charge(order));
            job.step("ship", () -> warehouse.ship(order, receipt));
        }
        // end
    }

    @Test
    void steps() {
        JobQueue queue = started(builder().handlers(new Orders()));
        queue.enqueue(Orders::place, new Order(41));
        awaitNoJobs();
        assertThat(seen).containsExactly("41 42");
    }

    public final class Thumbs {
        @Job(name = "image.thumb", attempts = 1)
        public void thumb() {
            if (seen.isEmpty()) {
                throw new IllegalStateException("no paper");
            }
            seen.add("thumb");
        }
    }

    @Test
    void deadLetters() {
        Logger log = LoggerFactory.getLogger(ReadmeSnippetsTest.class);
        JobQueue queue = started(builder().handlers(new Thumbs()));
        queue.enqueue(Thumbs::thumb);
        await().until(() -> queue.dead().newest(1).size() == 1);
        seen.add("mended");
        // begin
        for (DeadJob each : queue.dead().newest(20)) {
            log.warn("{} {}: {}", each.id(), each.name(), each.error());
        }
        queue.dead().requeueAll("image.thumb", 1_000); // once it is mended: with all their attempts again
        // end
        awaitNoJobs();
        assertThat(seen).containsExactly("mended", "thumb");
    }

    public final class Reports {
        // begin
        @Job(name = "report.nightly")
        @Every(cron = "30 2 * * *", zone = "Europe/Berlin", silence = "26h")
        public void report() {
            // end
            seen.add("report");
        }
    }

    @Test
    void schedules() {
        try (ManualQueue jobs = ManualQueue.of(built(builder().handlers(new Reports())))) {
            jobs.advance(Duration.ofHours(36));
            jobs.drain();
        }
        assertThat(seen).isNotEmpty().containsOnly("report");
    }

    public record Confirmation(long order) {}

    public final class Mails {
        @Job(name = "mail.confirm")
        public void confirm(Confirmation confirmation) {
            seen.add("confirmed " + confirmation.order());
        }
    }

    private record Shop(JobQueue queue) {
        void order(String cart) {
            queue.enqueue(Mails::confirm, new Confirmation(cart.length()));
        }
    }

    @Test
    void testsOfAnApplication() {
        JobQueue queue = built(builder().handlers(new Mails()));
        Shop shop = new Shop(queue);
        String cart = "x".repeat(42);
        // begin
        try (ManualQueue jobs = ManualQueue.of(queue)) { // a queue that was built and not started; H2 in memory will do
            shop.order(cart);
            jobs.assertEnqueued(Mails::confirm, new Confirmation(42));
            assertThat(jobs.drain()).isEqualTo(1);
            jobs.advance(Duration.ofDays(1)); // delays, retries, rates and schedules without waiting
        }
        // end
        assertThat(seen).containsExactly("confirmed 42");
    }

    @Test
    void mail() throws Exception {
        DataSource dataSource = dataSource();
        String user = "shop";
        String password = "secret";
        JobQueue queue = built(builder());
        try (Connection connection = dataSource.getConnection()) {
            connection.setAutoCommit(false);
            // begin
            MailTransport transport = SmtpTransport.builder("smtp.example", 587)
                    .from("shop@example.org")
                    .startTls()
                    .login(user, password)
                    .build();
            JobQueue.builder(dataSource).handlers(new MailJobs(transport, "example.org"));

            queue.in(connection)
                    .enqueue(
                            MailJobs::send,
                            Mail.to("ada@example.org").subject("Order 42").text("Thank you!"));
            // end
            connection.rollback();
            connection.setAutoCommit(true);
        }
        assertThat(count("headroom_job")).isZero();
    }

    @Test
    void weights() {
        DataSource dataSource = dataSource();
        // begin
        JobQueue.builder(dataSource)
                .sharedWorkers(8)
                .queue("mail", q -> q.weight(3))
                .queue("imports", q -> q.weight(1));
        // end
        assertThat(count("headroom_job")).isZero();
    }

    /** Never called: what it names is not here. */
    static void frameworks(
            DataSource dataSource,
            DataSource plainPool,
            DataSource transactionalPool,
            EntityManagerFactory entityManagerFactory,
            TransactionSynchronizationRegistry registry) {
        // begin
        JobQueue.builder(dataSource).currentTransaction(SpringTransactions.of(dataSource)); // @Transactional
        JobQueue.builder(dataSource)
                .currentTransaction(
                        SpringJpaTransactions.of(entityManagerFactory)); // with a JpaTransactionManager (Hibernate)
        JobQueue.builder(plainPool)
                .currentTransaction(JtaTransactions.of(registry, transactionalPool)); // Jakarta Transactions
        // end
    }

    /** Never called: only PostgreSQL has these. */
    static void notifications(DataSource dataSource, DataSource pooled, DataSource straight) {
        // begin
        JobQueue.builder(dataSource)
                .wakeOthers(PostgresNotifications.of(dataSource)); // PostgreSQL, its driver on the class path
        JobQueue.builder(pooled)
                .wakeOthers(PostgresNotifications.of(pooled).listenOn(straight)); // behind a pooler in transaction mode
        // end
    }

    /** Never called: FlywayTest runs the scripts of each database. */
    static void migrations(DataSource dataSource) {
        // begin
        Flyway.configure()
                .dataSource(dataSource)
                .locations("classpath:META-INF/headroom/queue/postgresql") // or mariadb, h2
                .table("headroom_queue_history")
                .baselineOnMigrate(true)
                .baselineVersion("0")
                .load()
                .migrate();
        // end
    }

    /** Never called: the module with the meters is not among this one's. */
    static void meters(Component metrics, JobQueue queue) {
        // begin
        Headroom headroom =
                Headroom.builder("shop").plug(metrics).plug(queue).build(); // starts the queue, and closes it
        // end
        assertThat(headroom).isNotNull();
    }

    @Test
    void theReadmeShowsThisCode() throws IOException {
        String source = Files.readString(Path.of("src/test/java/dev/headroom/queue/ReadmeSnippetsTest.java"));
        String readme = squeezed(Files.readString(Path.of("README.md")));
        List<String> shown = Pattern.compile("// begin\n(.*?)// end\n", Pattern.DOTALL)
                .matcher(source)
                .results()
                .map(found -> found.group(1))
                .toList();
        assertThat(shown).hasSize(12).allSatisfy(code -> assertThat(readme).contains(squeezed(code)));
    }

    // The README's lines are shorter, and show parts of statements.
    private static String squeezed(String text) {
        return text.replaceAll("[\\s;]+", "");
    }
}
