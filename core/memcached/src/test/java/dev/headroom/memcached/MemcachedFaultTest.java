package dev.headroom.memcached;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.memcached.MemcachedException.Kind;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("one-jdk")
class MemcachedFaultTest {
    private static final Duration TTL = Duration.ofMinutes(1);
    private LocalMemcached server;
    private Memcached memcached;
    private MemcachedNode node;

    @BeforeEach
    void start() {
        server = LocalMemcached.start();
        memcached = Memcached.nodes(server.address()).build();
        node = memcached.nodes().get(0);
        MemcachedTest.await(node.set("k", "v".getBytes(UTF_8), TTL));
    }

    @AfterEach
    void stop() {
        memcached.close();
        server.close();
    }

    @Test
    void boundsTheCostOfAHungServerAndOpensItsBreaker() {
        server.hang();
        long start = System.nanoTime();
        int operations = 0;
        while (node.state() != MemcachedNode.State.DOWN) {
            MemcachedException failure = MemcachedTest.failure(node.get("k"));
            assertThat(failure.kind()).isIn(Kind.TIMEOUT, Kind.UNAVAILABLE);
            assertThat(++operations).isLessThanOrEqualTo(8);
        }
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(4));

        long refusedStart = System.nanoTime();
        MemcachedException refused = MemcachedTest.failure(node.get("k"));
        if (refused.kind() == Kind.BREAKER_OPEN) {
            assertThat(Duration.ofNanos(System.nanoTime() - refusedStart)).isLessThan(Duration.ofMillis(200));
            assertThat(refused).hasMessageContaining(server.address()).hasMessageContaining("last failure");
        }

        server.resume();
        Awaitility.await().atMost(3, TimeUnit.SECONDS).until(this::reads);
        assertThat(MemcachedTest.await(node.get("k")).map(String::new)).contains("v");
    }

    @Test
    void noCallerPaysForFindingOutWhetherAHungServerIsBack() {
        try (Memcached patient = Memcached.nodes(server.address())
                .operationTimeout(Duration.ofMillis(300))
                .breakerOpen(Duration.ofMillis(100))
                .build()) {
            MemcachedNode slow = patient.nodes().get(0);
            MemcachedTest.await(slow.get("k"));
            server.hang();
            while (slow.state() == MemcachedNode.State.UP) {
                MemcachedTest.failure(slow.get("k"));
            }
            for (MemcachedNode.State state : List.of(MemcachedNode.State.PROBING, MemcachedNode.State.DOWN)) {
                Awaitility.await().pollInterval(Duration.ofMillis(2)).until(() -> slow.state() == state);
                assertThat(slow.get("k").toCompletableFuture()).as("not tried").isCompletedExceptionally();
            }
            server.resume();
            Awaitility.await().atMost(10, TimeUnit.SECONDS).until(() -> slow.state() == MemcachedNode.State.UP);
            assertThat(MemcachedTest.await(slow.get("k")).map(String::new)).contains("v");
        }
    }

    @Test
    void closingEndsWhatWaitsForAnAnswer() throws Exception {
        Memcached patient = Memcached.nodes(server.address())
                .operationTimeout(Duration.ofMinutes(5))
                .build();
        MemcachedNode slow = patient.nodes().get(0);
        MemcachedTest.await(slow.get("k"));
        server.hang();
        CompletableFuture<?> future = slow.get("k").toCompletableFuture();
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        Thread waiting = new Thread(() -> {
            try {
                slow.get("k").toCompletableFuture().join();
            } catch (CompletionException failed) {
                thrown.set(failed.getCause());
            }
        });
        waiting.start();
        Awaitility.await().until(() -> waiting.getState() == Thread.State.WAITING);
        patient.close();
        waiting.join(10_000);
        assertThat(thrown.get())
                .isInstanceOfSatisfying(
                        MemcachedException.class,
                        failed -> assertThat(failed.kind()).isEqualTo(Kind.UNAVAILABLE));
        assertThat(MemcachedTest.failure(future).kind()).isEqualTo(Kind.UNAVAILABLE);
        assertThat(MemcachedTest.failure(slow.get("k")).kind()).isEqualTo(Kind.UNAVAILABLE);
    }

    @Test
    void failsAtOnceWhileTheServerIsDeadAndComesBackWithIt() {
        server.kill();
        Awaitility.await().atMost(3, TimeUnit.SECONDS).until(() -> !reads());
        long start = System.nanoTime();
        for (int i = 0; i < 100; i++) {
            MemcachedTest.failure(node.get("k"));
        }
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(2));

        server.startAgain();
        Awaitility.await().atMost(3, TimeUnit.SECONDS).until(this::reads);
        assertThat(MemcachedTest.await(node.get("k"))).isEmpty();
    }

    @Test
    void aHungNodeCostsTheOthersNothing() {
        try (LocalMemcached second = LocalMemcached.start();
                Memcached two = Memcached.nodes("a:" + server.address() + " b:" + second.address())
                        .build()) {
            MemcachedNode well = two.nodes().get(1);
            MemcachedTest.await(well.set("k", "v".getBytes(UTF_8), TTL));
            server.hang();
            two.nodes().get(0).get("k");
            long start = System.nanoTime();
            for (int i = 0; i < 50; i++) {
                MemcachedTest.await(well.get("k"));
            }
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(1));
        }
    }

    @Test
    void startsWithADeadServerAndFindsItLater() {
        server.kill();
        try (Memcached early = Memcached.nodes(server.address()).build()) {
            MemcachedNode waiting = early.nodes().get(0);
            MemcachedException failure = MemcachedTest.failure(waiting.get("k"));
            assertThat(failure.kind()).isIn(Kind.UNAVAILABLE, Kind.TIMEOUT);
            server.startAgain();
            Awaitility.await().atMost(4, TimeUnit.SECONDS).until(() -> answers(waiting));
        }
    }

    @Test
    void saysThatAHostIsUnknown() {
        try (Memcached unknown = Memcached.nodes("no-such-host.invalid:11211")
                .operationTimeout(Duration.ofSeconds(2))
                .build()) {
            MemcachedException failure =
                    MemcachedTest.failure(unknown.nodes().get(0).get("k"));
            assertThat(failure.kind()).isEqualTo(Kind.UNAVAILABLE);
            assertThat(failure).hasMessageContaining("no-such-host.invalid is an unknown host");
        }
    }

    @Test
    void boundsWhatWaitsForAHungServer() {
        server.hang();
        byte[] value = new byte[16_000];
        var last = node.version();
        for (int i = 0; i < 20_000; i++) {
            last = node.set("k" + i, value, TTL).thenApply(stored -> "");
        }
        assertThat(MemcachedTest.failure(last).kind())
                .isIn(Kind.TIMEOUT, Kind.OVERLOADED, Kind.BREAKER_OPEN, Kind.UNAVAILABLE);
    }

    private boolean reads() {
        return answers(node);
    }

    private static boolean answers(MemcachedNode node) {
        try {
            node.get("k").toCompletableFuture().get(2, TimeUnit.SECONDS);
            return true;
        } catch (ExecutionException failed) {
            return false;
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return false;
        } catch (TimeoutException never) {
            throw new AssertionError("an operation without an end", never);
        }
    }
}
