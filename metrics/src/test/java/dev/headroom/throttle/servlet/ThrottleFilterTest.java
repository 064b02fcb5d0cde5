package dev.headroom.throttle.servlet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.headroom.Headroom;
import dev.headroom.throttle.Gate;
import dev.headroom.throttle.Throttle;
import dev.headroom.throttle.ThrottleBuilder;
import jakarta.servlet.AsyncContext;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ThrottleFilterTest {
    private final CountDownLatch open = new CountDownLatch(1);
    private final AtomicInteger inside = new AtomicInteger();
    private final AtomicInteger most = new AtomicInteger();
    private final Site site = new Site();
    private final Throttle throttle = limited(20).build();
    private final Headroom headroom = Headroom.builder("test").plug(throttle).build();

    private static ThrottleBuilder limited(int limit) {
        return Throttle.builder()
                .gate(gate -> gate.minimumLimit(limit).initialLimit(limit).maximumLimit(limit));
    }

    @AfterEach
    void close() throws Exception {
        open.countDown();
        site.close();
        headroom.close();
    }

    private int inFlight() {
        return throttle.gate().snapshot().inFlight();
    }

    private void awaitEmpty() {
        await().atMost(Duration.ofSeconds(30)).until(() -> inFlight() == 0);
    }

    private void hold() throws InterruptedException {
        most.accumulateAndGet(inside.incrementAndGet(), Math::max);
        open.await(60, TimeUnit.SECONDS);
        inside.decrementAndGet();
    }

    private List<CompletableFuture<HttpResponse<String>>> crowd(int many, String path) {
        return IntStream.range(0, many).mapToObj(i -> site.fetch(path)).toList();
    }

    @Test
    void letsInNoMoreThanTheLimitAndTellsTheOthersWhenToComeBack() throws Exception {
        site.page("/slow", (request, response) -> hold()).start(headroom);

        List<CompletableFuture<HttpResponse<String>>> all = crowd(150, "/slow");
        await().atMost(Duration.ofSeconds(60))
                .until(() -> all.stream().filter(CompletableFuture::isDone).count() == 130);
        assertThat(site.get("/health/live").statusCode()).isEqualTo(200);
        assertThat(site.get("/health").statusCode()).isEqualTo(200);
        assertThat(inFlight()).isEqualTo(20);
        assertThat(headroom.load().pressures()).containsKeys("throttle.concurrency", "cpu");
        open.countDown();

        List<HttpResponse<String>> refused = all.stream()
                .map(CompletableFuture::join)
                .filter(response -> response.statusCode() == 503)
                .toList();
        assertThat(refused).hasSize(130).allSatisfy(response -> {
            assertThat(response.headers().firstValue("X-Shed")).hasValue("CRITICAL");
            assertThat(response.headers().firstValueAsLong("Retry-After").orElse(-1))
                    .isBetween(1L, 5L);
            assertThat(response.headers().firstValue("Cache-Control")).hasValue("no-store");
            assertThat(response.headers().firstValue("traceparent")).isPresent();
            assertThat(response.body()).isEqualTo("Too busy at the moment. Please try again shortly.\n");
        });
        assertThat(refused.stream()
                        .map(response -> response.headers().firstValue("Retry-After"))
                        .distinct())
                .hasSizeGreaterThan(1);
        assertThat(most.get()).isEqualTo(20);
        awaitEmpty();
        assertThat(site.get("/slow").statusCode()).isEqualTo(200);
    }

    @Test
    void observesOrStandsAsideWhenToldSoWhileItRuns() throws Exception {
        site.page("/slow", (request, response) -> hold())
                .page("/quick", (request, response) -> {})
                .start(headroom);
        throttle.mode(Gate.Mode.OBSERVE);

        List<CompletableFuture<HttpResponse<String>>> all = crowd(50, "/slow");
        await().atMost(Duration.ofSeconds(60)).until(() -> inside.get() == 50);
        assertThat(inFlight()).isEqualTo(50);
        throttle.mode(Gate.Mode.OFF);
        assertThat(site.get("/quick").statusCode()).isEqualTo(200);
        throttle.mode(Gate.Mode.ENFORCE);
        assertThat(site.get("/quick").statusCode()).isEqualTo(503);
        open.countDown();

        assertThat(all)
                .allSatisfy(response -> assertThat(response.join().statusCode()).isEqualTo(200));
        awaitEmpty();
    }

    @Test
    void holdsThePlaceOfAnAsynchronousRequestUntilItIsComplete() throws Exception {
        CompletableFuture<AsyncContext> started = new CompletableFuture<>();
        site.page("/async", (request, response) -> started.complete(request.startAsync()))
                .start(headroom);

        CompletableFuture<HttpResponse<String>> answer = site.fetch("/async");
        AsyncContext async = started.get(30, TimeUnit.SECONDS);
        assertThat(inFlight()).isEqualTo(1);
        async.complete();

        assertThat(answer.join().statusCode()).isEqualTo(200);
        awaitEmpty();
    }

    @Test
    void giveBackOncePlacesOfAsynchronousRequestsThatGoOnFailOrTimeOut() throws Exception {
        site.page("/again", (request, response) -> {
                    if (request.getAttribute("times") == null) {
                        request.setAttribute("times", 1);
                        request.startAsync().dispatch();
                    } else if (request.getAttribute("times").equals(1)) {
                        request.setAttribute("times", 2);
                        request.startAsync().dispatch();
                    } else {
                        response.getWriter().print("twice");
                    }
                })
                .page("/timeout", (request, response) -> request.startAsync().setTimeout(1))
                .page("/throws", (request, response) -> {
                    throw new StackOverflowError("deep");
                })
                .page("/throws-async", (request, response) -> {
                    request.startAsync().setTimeout(0);
                    throw new IllegalStateException("after startAsync");
                })
                .page("/throws-again", (request, response) -> {
                    if (request.getAttribute("times") != null) {
                        throw new IllegalStateException("in the second dispatch");
                    }
                    request.setAttribute("times", 1);
                    request.startAsync().dispatch();
                })
                .start(headroom);

        for (int i = 0; i < 3; i++) {
            assertThat(site.get("/again").body()).isEqualTo("twice");
            for (String path : List.of("/timeout", "/throws", "/throws-again")) {
                assertThat(site.get(path).statusCode()).isEqualTo(500);
            }
            await().atMost(Duration.ofSeconds(30)).until(site.fetch("/throws-async")::isDone);
        }
        awaitEmpty();
        assertThat(admitted()).isGreaterThanOrEqualTo(15);
    }

    private long admitted() {
        return throttle.gate().snapshot().admitted().values().stream()
                .mapToLong(Long::longValue)
                .sum();
    }

    @Test
    void findsItsThrottleWhenDeclaredInWebXml() throws Exception {
        site.webXml().page("/slow", (request, response) -> hold()).start(headroom);

        List<CompletableFuture<HttpResponse<String>>> all = crowd(30, "/slow");
        await().atMost(Duration.ofSeconds(60))
                .until(() -> all.stream().filter(CompletableFuture::isDone).count() == 10);
        open.countDown();

        assertThat(all.stream().filter(response -> response.join().statusCode() == 503))
                .hasSize(10);
        awaitEmpty();
    }
}
