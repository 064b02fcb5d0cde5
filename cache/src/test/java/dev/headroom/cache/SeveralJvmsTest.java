package dev.headroom.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.cache.memcached.MemcachedTier;
import dev.headroom.memcached.Memcached;
import dev.headroom.testkit.ChildJvm;
import dev.headroom.testkit.MemcachedNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Real JVMs on a real memcached. */
@Tag("one-jdk")
class SeveralJvmsTest {
    private final List<ChildJvm> nodes = new ArrayList<>();
    private MemcachedNode server;

    @BeforeEach
    void start() {
        server = MemcachedNode.builder().ownProcess().start();
    }

    @AfterEach
    void stop() {
        nodes.forEach(ChildJvm::close);
        server.close();
    }

    @Test
    void oneLoadForAllOfThem() {
        stampedes(3, 10, 10);
        expiries(10, 2);
    }

    @Test
    @Tag("soak")
    void oneLoadForAllOfThemAThousandTimes() {
        long start = System.nanoTime();
        stampedes(8, 25, 1000);
        System.out.println("soak: cache: 1,000 rounds of 8 JVMs with 25 callers each: one load each, "
                + Duration.ofNanos(System.nanoTime() - start).toSeconds() + " s");
        expiries(25, 60);
        System.out.println("soak: cache: 60 expiries for 8 JVMs with 25 callers each: one load each");
    }

    @Test
    void aKilledJvmsLoadIsAnotherOnesWithinSeconds() {
        List<Long> took = kills(1, 3_000);
        System.out.println("cache: a killed leader's key was loaded by another JVM after " + took + " ms");
    }

    @Test
    @Tag("soak")
    void aKilledJvmsLoadIsAnotherOnesWithinSecondsManyTimes() {
        List<Long> took = kills(20, 2_100);
        System.out.println("soak: cache: 20 leaders killed (kill -9): another JVM had the value after (ms) " + took);
    }

    /** With a stale value nobody waits, whatever became of who refreshes it. */
    @Test
    void aKilledJvmHoldsNobodyUpWhoMayServeWhatIsStale() {
        start(1);
        ChildJvm leader = nodes.get(0);
        try (Memcached memcached = Connected.to(server.hostAndPort(), Duration.ofSeconds(5));
                Caches caches = Caches.builder()
                        .shared(MemcachedTier.on(memcached))
                        .cache("s", SeveralJvmsTest::stale)
                        .build();
                Caches holdsNothing = Caches.builder()
                        .shared(MemcachedTier.on(memcached))
                        .cache("s", SeveralJvmsTest::stale)
                        .build()) {
            Cache<String, String> cache = caches.cache("s", String.class, String.class);
            Cache<String, String> empty = holdsNothing.cache("s", String.class, String.class);
            cache.get("k", key -> "old");
            Awaitility.await()
                    .atMost(30, TimeUnit.SECONDS)
                    .until(() -> cache.peek("k").orElseThrow().state() == Lookup.State.STALE);
            leader.sendLine("stale k 600000");
            leader.waitForLine(Pattern.compile("loading k"));
            leader.kill();
            long start = System.nanoTime();
            assertThat(empty.get("k", key -> "new")).isEqualTo("old");
            Duration took = Duration.ofNanos(System.nanoTime() - start);
            System.out.println("soak: cache: after the kill of who refreshed it, the stale value was there after "
                    + took.toNanos() / 1000 + " us");
            Awaitility.await()
                    .atMost(30, TimeUnit.SECONDS)
                    .until(() -> empty.get("k", key -> "new").equals("new")
                            && cache.get("k", key -> "new").equals("new"));
        }
    }

    static void stale(CacheOptions.Builder options) {
        options.fresh(Duration.ofSeconds(1))
                .staleWhileRevalidate(Duration.ofMinutes(5))
                .jitter(0);
    }

    /** A lease lives two seconds at most: nobody waits longer, but for what a busy machine delays a thread that only sleeps. */
    private List<Long> kills(int rounds, long most) {
        List<Long> took = new ArrayList<>();
        try (Memcached memcached = Connected.to(server.hostAndPort(), Duration.ofSeconds(5));
                Caches caches =
                        Caches.builder().shared(MemcachedTier.on(memcached)).build()) {
            Cache<String, String> cache = caches.cache("c", String.class, String.class);
            cache.get("warm", key -> "");
            for (int i = 0; i < rounds; i++) {
                start(1);
                ChildJvm leader = nodes.get(nodes.size() - 1);
                String key = "k" + i;
                leader.sendLine("get " + key + " 1 600000");
                leader.waitForLine(Pattern.compile("loading " + key));
                try (Delays delays = new Delays()) {
                    leader.kill();
                    long start = System.nanoTime();
                    assertThat(cache.get(key, k -> "taken over")).isEqualTo("taken over");
                    took.add(Duration.ofNanos(System.nanoTime() - start).toMillis());
                    assertThat(took.get(i))
                            .as("ms, with delays of %s ms", delays.longest())
                            .isLessThan(most + 20 * delays.longest());
                }
            }
        }
        return took;
    }

    /** How much later than it wanted a thread was woken, in milliseconds: what the machine adds to whatever waits for a time. */
    private static final class Delays implements AutoCloseable {
        private final Thread sleeper = new Thread(this::sleep, "delays");
        private volatile long longest;

        Delays() {
            sleeper.setDaemon(true);
            sleeper.start();
        }

        private void sleep() {
            for (long last = System.nanoTime(); !Thread.currentThread().isInterrupted(); ) {
                LockSupport.parkNanos(5_000_000);
                long now = System.nanoTime();
                longest = Math.max(longest, (now - last) / 1_000_000 - 5);
                last = now;
            }
        }

        long longest() {
            return longest;
        }

        @Override
        public void close() {
            sleeper.interrupt();
        }
    }

    /** A key that has expired everywhere: in the tier, and in the JVM that loaded it, whose second began a little earlier. */
    private void expiries(int callers, int rounds) {
        try (Memcached memcached = Connected.to(server.hostAndPort(), Duration.ofSeconds(5))) {
            for (int round = 0; round < rounds; round++) {
                nodes.forEach(node -> node.sendLine("expiring x " + callers + " 50"));
                Pattern got = Pattern.compile("^got x .* loads \\d+$");
                List<String> answers = new ArrayList<>();
                for (ChildJvm node : nodes) {
                    answers.add(node.waitForLine(got));
                }
                assertThat(answers.stream()
                                .map(answer -> answer.replaceAll(" loads .*", ""))
                                .distinct())
                        .as("round " + round)
                        .hasSize(1);
                assertThat(answers.stream()
                                .mapToInt(answer -> Integer.parseInt(answer.replaceAll(".* loads ", "")))
                                .sum())
                        .as("loads of round " + round)
                        .isEqualTo(1);
                Awaitility.await()
                        .pollDelay(1100, TimeUnit.MILLISECONDS)
                        .atMost(30, TimeUnit.SECONDS)
                        .until(() -> memcached
                                .node("headroom:e:v1:tlv1:s:x")
                                .get("headroom:e:v1:tlv1:s:x")
                                .toCompletableFuture()
                                .join()
                                .isEmpty());
            }
        }
    }

    private void stampedes(int jvms, int callers, int rounds) {
        start(jvms);
        for (int round = 0; round < rounds; round++) {
            String key = "k" + round;
            nodes.forEach(node -> node.sendLine("get " + key + " " + callers + " 100"));
            Pattern got = Pattern.compile("^got " + key + " ");
            List<String> answers =
                    nodes.stream().map(node -> node.waitForLine(got)).distinct().toList();
            assertThat(answers).hasSize(1).first().asString().matches("got " + key + " \\[[0-9-]+]");
        }
        long loads = nodes.stream()
                .flatMap(node -> node.lines().stream())
                .filter(line -> line.startsWith("loading k"))
                .count();
        assertThat(loads).isEqualTo(rounds);
    }

    private void start(int jvms) {
        for (int i = 0; i < jvms; i++) {
            nodes.add(ChildJvm.builder(CacheNodeMain.class)
                    .jvmOptions("-Xmx64m", "-XX:TieredStopAtLevel=1")
                    .arguments(server.hostAndPort(), String.valueOf(i))
                    .start());
        }
        nodes.forEach(node -> node.waitForLine(Pattern.compile("^ready$")));
    }
}
