package dev.headroom.examples.boot3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.headroom.queue.JobQueue;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.JdbcTemplate;

/** Jobs of {@code @Transactional} methods, in the application as it is started for real. */
class JobsTest {
    private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
    private static final List<String> ARGUMENTS =
            List.of("--server.port=0", "--headroom.readiness-grace=0s", "--server.tomcat.basedir=target/tomcat");

    private final HttpClient http = HttpClient.newHttpClient();

    private static ConfigurableApplicationContext run(String database) {
        List<String> arguments = new ArrayList<>(ARGUMENTS);
        arguments.add("--spring.datasource.url=jdbc:h2:mem:" + database + ";DB_CLOSE_DELAY=-1");
        return SpringApplication.run(App.class, arguments.toArray(String[]::new));
    }

    private HttpResponse<String> send(ConfigurableApplicationContext context, String method, String path)
            throws IOException, InterruptedException {
        String port = context.getEnvironment().getProperty("local.server.port");
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://localhost:" + port + path))
                .method(method, BodyPublishers.noBody())
                .header("traceparent", "00-" + TRACE + "-b7ad6b7169203331-01")
                .build();
        return http.send(request, BodyHandlers.ofString());
    }

    private static long jobs(ConfigurableApplicationContext context) {
        JdbcTemplate jdbc = context.getBean(JdbcTemplate.class);
        return jdbc.queryForObject("select count(*) from headroom_job", Long.class);
    }

    @Test
    void jobsBelongToTheTransactionThatEnqueuesThem() throws Exception {
        try (ConfigurableApplicationContext context = run("jobs")) {
            assertThat(send(context, "POST", "/products?name=bad-desk").statusCode())
                    .isEqualTo(500);
            assertThat(send(context, "POST", "/products?name=desk").body()).isEqualTo("added");
            Audit audit = context.getBean(Audit.class);
            await().atMost(Duration.ofSeconds(30))
                    .untilAsserted(() -> assertThat(audit.notes())
                            .containsSubsequence("announce desk in " + TRACE, "announced desk in " + TRACE));
            await().atMost(Duration.ofSeconds(30)).until(() -> jobs(context) == 0);
            assertThat(context.getBean(JdbcTemplate.class).queryForList("select product from label", String.class))
                    .containsExactly("desk");
            assertThat(audit.notes()).doesNotContain("announced bad-desk in " + TRACE);
            assertThat(send(context, "GET", "/queue/length").body().strip()).isEqualTo("0");
        }
    }

    @Test
    void whatWasEnqueuedBeforeAStopRunsAfterTheNextStart() throws Exception {
        try (ConfigurableApplicationContext context = run("restart")) {
            context.getBean(JobQueue.class).close();
            assertThat(send(context, "POST", "/products?name=chair").body()).isEqualTo("added");
            assertThat(jobs(context)).isOne();
        }
        try (ConfigurableApplicationContext context = run("restart")) {
            Audit audit = context.getBean(Audit.class);
            await().atMost(Duration.ofSeconds(30))
                    .untilAsserted(() -> assertThat(audit.notes()).contains("announced chair in " + TRACE));
        }
    }
}
