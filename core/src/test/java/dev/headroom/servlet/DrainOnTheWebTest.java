package dev.headroom.servlet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.headroom.DrainReport;
import dev.headroom.Headroom;
import dev.headroom.health.HealthCheck;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DrainOnTheWebTest {
    @ParameterizedTest
    @EnumSource(EmbeddedServer.Kind.class)
    void finishesASlowRequestWhileReadinessFails(EmbeddedServer.Kind kind) throws Exception {
        CountDownLatch arrived = new CountDownLatch(2);
        CountDownLatch finish = new CountDownLatch(1);
        Headroom headroom = Headroom.builder("test")
                .readinessGrace(Duration.ofMillis(100))
                .healthCheck(HealthCheck.required("database", () -> {}))
                .build();
        try (EmbeddedServer server = kind.start(context -> {
            headroom.register(context);
            TestServlet.add(context, "/slow", (request, response) -> {
                arrived.countDown();
                finish.await(20, TimeUnit.SECONDS);
                response.getWriter().write("finished");
            });
            TestServlet.add(context, "/async", (request, response) -> {
                var async = request.startAsync();
                async.setTimeout(20_000);
                async.start(() -> {
                    try {
                        arrived.countDown();
                        finish.await(20, TimeUnit.SECONDS);
                        response.getWriter().write("finished");
                        async.complete();
                    } catch (Exception e) {
                        throw new IllegalStateException(e);
                    }
                });
            });
            TestServlet.add(
                    context,
                    "/fast",
                    (request, response) -> response.getWriter().write("fast"));
        })) {
            assertThat(server.get("/health/ready").statusCode()).isEqualTo(200);
            var slow = CompletableFuture.supplyAsync(() -> server.get("/slow"));
            var async = CompletableFuture.supplyAsync(() -> server.get("/async"));
            assertThat(arrived.await(10, TimeUnit.SECONDS)).isTrue();

            CompletableFuture<DrainReport> drain = CompletableFuture.supplyAsync(headroom::drain);
            await().until(() -> headroom.health().draining());
            HttpResponse<String> ready = server.get("/health/ready");
            HttpResponse<String> fast = server.get("/fast");

            assertThat(ready.statusCode()).isEqualTo(503);
            assertThat(ready.body()).contains("\"state\":\"draining\"").contains("\"name\":\"database\"");
            assertThat(server.get("/health/live").statusCode()).isEqualTo(200);
            assertThat(fast.body()).isEqualTo("fast");
            assertThat(fast.headers().firstValue("Connection")).contains("close");
            assertThat(drain).isNotDone();

            finish.countDown();
            assertThat(slow.join().body()).isEqualTo("finished");
            assertThat(async.join().body()).isEqualTo("finished");
            assertThat(drain.join().complete()).isTrue();
            assertThat(server.get("/health/live").statusCode()).isEqualTo(503);
            assertThat(server.get("/health/ready").body()).contains("closed");
            HttpResponse<String> late = server.get("/fast");
            assertThat(late.statusCode()).isEqualTo(503);
            assertThat(late.headers().firstValue("Retry-After")).hasValue("1");
            assertThat(late.headers().firstValue("Connection")).contains("close");
            assertThat(late.body()).doesNotContain("fast");
        }
    }

    @Test
    void namesTheFailingDependency() throws Exception {
        AtomicBoolean broken = new AtomicBoolean();
        try (Headroom headroom = Headroom.builder("test")
                        .healthCacheFor(Duration.ZERO)
                        .healthCheck(HealthCheck.required("database", () -> {
                            if (broken.get()) {
                                throw new java.io.IOException("\"refused\" <b>");
                            }
                        }))
                        .healthCheck(HealthCheck.optional("cache", () -> {
                            throw new java.io.IOException("no node");
                        }))
                        .build();
                EmbeddedServer server = EmbeddedServer.Kind.TOMCAT.start(headroom::register)) {
            assertThat(server.get("/health").body()).isEqualTo("OK");
            assertThat(server.get("/health/ready", "Accept", "text/plain").body())
                    .startsWith("ok\ndatabase ok ")
                    .contains("cache failed (optional) ");
            assertThat(server.get("/health/other").statusCode()).isEqualTo(404);

            broken.set(true);
            HttpResponse<String> ready = server.get("/health/ready");
            assertThat(ready.statusCode()).isEqualTo(503);
            var json = new com.fasterxml.jackson.databind.ObjectMapper().readTree(ready.body());
            assertThat(json.get("state").asText()).isEqualTo("failed");
            assertThat(json.get("checks").get(0).get("message").asText()).isEqualTo("IOException: \"refused\" <b>");
            assertThat(ready.body()).doesNotContain("<b>");
            assertThat(server.get("/health").body()).isEqualTo("FAILED: database");
            assertThat(server.get("/health/live").statusCode()).isEqualTo(200);
        }
    }
}
