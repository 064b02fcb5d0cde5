package dev.headroom.examples.boot3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headroom.Headroom;
import dev.headroom.boot.ConfigurationFailureAnalyzer;
import dev.headroom.servlet.WebOptions;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;

/** Starts the application for real, on a free port. */
class AppTest {
    private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";

    private static ConfigurableApplicationContext context;
    private static Audit audit;
    private final HttpClient http = HttpClient.newHttpClient();

    @BeforeAll
    static void start() {
        context = run("--spring.application.name=Pet Clinic");
        audit = context.getBean(Audit.class);
    }

    @AfterAll
    static void stop() {
        context.close();
        assertThat(audit.notes()).containsSubsequence("drained", "closed");
        assertThat(audit.notes().stream().filter("drained"::equals)).hasSize(1);
    }

    private static ConfigurableApplicationContext run(String... more) {
        String[] arguments = new String[more.length + 3];
        arguments[0] = "--server.port=0";
        arguments[1] = "--headroom.readiness-grace=0s";
        arguments[2] = "--server.tomcat.basedir=target/tomcat";
        System.arraycopy(more, 0, arguments, 3, more.length);
        return SpringApplication.run(App.class, arguments);
    }

    private HttpResponse<String> send(String method, String path) throws IOException, InterruptedException {
        String port = context.getEnvironment().getProperty("local.server.port");
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://localhost:" + port + path))
                .method(method, BodyPublishers.noBody())
                .header("traceparent", "00-" + TRACE + "-b7ad6b7169203331-01")
                .build();
        return http.send(request, BodyHandlers.ofString());
    }

    @Test
    void runsFiltersInTheirOrder() throws IOException, InterruptedException {
        HttpResponse<String> response = send("GET", "/products/count");
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.headers().allValues("X-Seen")).containsExactly("outer", "inner");
        assertThat(response.headers().firstValue("traceparent").orElse("")).contains(TRACE);
    }

    @Test
    void bringsAnnotationsAndTransactionsToLife() throws IOException, InterruptedException {
        assertThat(send("POST", "/products?name=lamp").body()).isEqualTo("added");
        assertThat(audit.notes())
                .containsSubsequence(
                        List.of("add lamp in " + TRACE, "inserted lamp in " + TRACE, "committed lamp in " + TRACE));
        assertThat(send("GET", "/audit").body()).contains("committed lamp in " + TRACE);
    }

    @Test
    void dropsWhatWasKeptWhenTheTransactionRollsBack() throws IOException, InterruptedException {
        String before = send("GET", "/products/count").body();
        assertThat(send("POST", "/products?name=bad-lamp").statusCode()).isEqualTo(500);
        assertThat(audit.notes())
                .contains("inserted bad-lamp in " + TRACE)
                .doesNotContain("committed bad-lamp in " + TRACE);
        assertThat(send("GET", "/products/count").body()).isEqualTo(before);
    }

    @Test
    void answersAsynchronouslyOnTheSameContext() throws IOException, InterruptedException {
        assertThat(send("GET", "/later").body()).isEqualTo(TRACE);
    }

    @Test
    void answersHealthChecksAndHidesTheConsole() throws IOException, InterruptedException {
        assertThat(send("GET", "/health/ready").statusCode()).isEqualTo(200);
        assertThat(send("GET", "/console").statusCode()).isEqualTo(404);
    }

    @Test
    void explainsARefusedConfiguration() {
        assertThatThrownBy(() -> run("--headroom.drain-timeout=0s", "--headroom.health-cache-for=-1s"))
                .satisfies(failure -> {
                    FailureAnalysis analysis = new ConfigurationFailureAnalyzer().analyze(failure);
                    assertThat(analysis).isNotNull();
                    assertThat(analysis.getDescription())
                            .contains("headroom.drain-timeout: PT0S")
                            .contains("headroom.health-cache-for: PT-1S");
                    assertThat(analysis.getAction()).contains("expected: > PT0S");
                });
    }

    @Test
    void takesItsNameFromSpringsAndRefusesTwoOfWhatThereIsOneOf() {
        assertThat(context.getBean(Headroom.class).name()).isEqualTo("Pet-Clinic");
        assertThatThrownBy(() -> SpringApplication.run(
                        new Class<?>[] {App.class, TwoWebOptions.class},
                        new String[] {"--server.port=0", "--server.tomcat.basedir=target/tomcat"}))
                .hasStackTraceContaining("expected single matching bean but found 2: first,second");
    }

    /** No {@code @Configuration}, or the application would find it by its scan. */
    static class TwoWebOptions {
        @Bean
        WebOptions first() {
            return WebOptions.withDefaults();
        }

        @Bean
        WebOptions second() {
            return WebOptions.withDefaults();
        }
    }
}
