package dev.headroom.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.headroom.Headroom;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.apache.catalina.Context;
import org.apache.catalina.startup.Tomcat;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Requests measured by the filter, on Tomcat, and read from the Prometheus endpoint. */
class WebTest {
    private static final Pattern LINE = Pattern.compile("# TYPE [a-zA-Z_:][a-zA-Z0-9_:]* (counter|gauge|summary)"
            + "|[a-zA-Z_:][a-zA-Z0-9_:]*(\\{[a-zA-Z_][a-zA-Z0-9_]*=\"([^\"\\\\]|\\\\.)*\"(,[a-zA-Z_][a-zA-Z0-9_]*=\"([^\"\\\\]|\\\\.)*\")*\\})?"
            + " (-?[0-9.]+(E-?[0-9]+)?|NaN)");

    @TempDir
    Path folder;

    private final Metrics metrics = Metrics.builder().prometheus("/metrics").build();
    private final Tomcat tomcat = new Tomcat();
    private final HttpClient client = HttpClient.newHttpClient();
    private Headroom headroom;

    @BeforeEach
    void start() throws Exception {
        headroom = Headroom.builder("test").plug(metrics).build();
        tomcat.setBaseDir(folder.toString());
        tomcat.setPort(0);
        Context context = tomcat.addContext("", folder.toString());
        context.addServletContainerInitializer(
                (classes, servlets) -> {
                    headroom.register(servlets);
                    var app = servlets.addServlet("app", new App());
                    app.addMapping("/app/*");
                    app.setAsyncSupported(true);
                },
                Set.of());
        tomcat.start();
    }

    @AfterEach
    void stop() throws Exception {
        tomcat.stop();
        tomcat.destroy();
        headroom.close();
    }

    @Test
    void measuresEveryRequestOnceByRouteAndOutcome() throws Exception {
        for (int i = 0; i < 5; i++) {
            get("/app/ok");
            get("/app/async");
        }
        get("/app/missing");
        get("/app/broken");
        // Tomcat closes the connection of a request that throws after startAsync, instead of answering.
        assertThatThrownBy(() -> send("POST", "/app/async-broken")).isInstanceOf(IOException.class);

        await().untilAsserted(() -> {
            assertThat(count("2xx", "success")).isEqualTo(10);
            assertThat(count("4xx", "refused")).isEqualTo(1);
            assertThat(count("5xx", "failure")).isEqualTo(2);
            assertThat(metrics.meters()
                            .read(MetricsMeters.IN_FLIGHT)
                            .orElseThrow()
                            .value())
                    .isZero();
        });
    }

    @Test
    void servesWhatPrometheusReads() throws Exception {
        get("/app/ok");
        metrics.meters().counter("odd", "tag", "a \"quoted\\ value\nin lines").increment();

        HttpResponse<String> page = get("/metrics");

        assertThat(page.headers().firstValue("Content-Type")).contains("text/plain;version=0.0.4;charset=utf-8");
        List<String> lines = page.body().lines().toList();
        assertThat(lines).allMatch(line -> LINE.matcher(line).matches());
        assertThat(lines)
                .contains("odd_total{tag=\"a \\\"quoted\\\\ value\\nin lines\"} 1")
                .contains("headroom_metrics_requests_count{outcome=\"success\",route=\"/app/*\",status=\"2xx\"} 1");
        assertThat(lines.stream().filter(line -> line.startsWith("# TYPE"))).doesNotHaveDuplicates();
    }

    @Test
    void servesTheOthersWhenOneGaugeFails() throws Exception {
        metrics.meters().gauge("a", () -> 1);
        metrics.meters().gauge("b", () -> {
            throw new IllegalStateException("as the test asked");
        });
        metrics.meters().gauge("c", () -> 3);

        HttpResponse<String> page = get("/metrics");

        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.body().lines()).contains("a 1", "c 3").noneMatch(line -> line.startsWith("b "));
        assertThat(metrics.meters().read(MetricsMeters.UNREADABLE).orElseThrow().count())
                .isEqualTo(1);
    }

    private long count(String status, String outcome) {
        return metrics.meters()
                .read(MetricsMeters.REQUESTS, "route", "/app/*", "status", status, "outcome", outcome)
                .map(reading -> reading.count())
                .orElse(0L);
    }

    private HttpResponse<String> get(String path) throws Exception {
        return send("GET", path);
    }

    /** The client repeats a GET whose connection was closed, but never a POST. */
    private HttpResponse<String> send(String method, String path) throws Exception {
        URI uri = URI.create("http://localhost:" + tomcat.getConnector().getLocalPort() + path);
        HttpRequest request = HttpRequest.newBuilder(uri)
                .method(method, HttpRequest.BodyPublishers.noBody())
                .build();
        return client.send(request, HttpResponse.BodyHandlers.ofString());
    }

    private static final class App extends HttpServlet {
        private static final long serialVersionUID = 1L;

        @Override
        protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
            switch (request.getPathInfo()) {
                case "/ok" -> response.getWriter().write("ok");
                case "/async" -> {
                    AsyncContext async = request.startAsync();
                    async.start(() -> {
                        response.setStatus(202);
                        async.complete();
                    });
                }
                case "/async-broken" -> {
                    request.startAsync();
                    throw new IllegalStateException("after startAsync");
                }
                case "/broken" -> throw new AssertionError("an Error, not an Exception");
                default -> response.sendError(404);
            }
        }
    }
}
