package dev.headroom.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.cache.memcached.MemcachedTier;
import dev.headroom.memcached.Memcached;
import dev.headroom.testkit.MemcachedNode;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** memcached that hangs, is dead, or is one of several. */
@Tag("one-jdk")
class HungTierTest {
    private static final long MORE_AT_THE_MEDIAN = 5_000;

    @Test
    void aHungServerCostsABoundedTimeAndNoErrorsAndWhatWasDroppedMeanwhileIsNotReadAfterwards() {
        try (MemcachedNode server = MemcachedNode.builder().ownProcess().start();
                Memcached memcached = client(server.hostAndPort());
                Memcached second = client(server.hostAndPort());
                Caches caches =
                        Caches.builder().shared(MemcachedTier.on(memcached)).build();
                Caches others =
                        Caches.builder().shared(MemcachedTier.on(second)).build()) {
            Cache<String, String> cache = caches.cache("c", String.class, String.class);
            Cache<String, String> other = others.cache("c", String.class, String.class);
            assertThat(cache.get("k", key -> "old")).isEqualTo("old");
            assertThat(other.get("k", key -> "not loaded")).isEqualTo("old");

            server.suspend();
            long start = System.nanoTime();
            for (int i = 0; i < 1000; i++) {
                assertThat(cache.get("new" + i, key -> "loaded")).isEqualTo("loaded");
            }
            assertThat(cache.get("k", key -> "not loaded")).isEqualTo("old");
            cache.invalidate("k");
            assertThat(cache.get("k", key -> "new")).isEqualTo("new");
            Duration took = Duration.ofNanos(System.nanoTime() - start);
            System.out.println("cache: 1,003 calls on a hung tier took " + took.toMillis() + " ms");
            assertThat(took).isLessThan(Duration.ofSeconds(20));

            server.resume();
            Awaitility.await()
                    .atMost(30, TimeUnit.SECONDS)
                    .until(() -> other.get("k", key -> "newer").startsWith("new"));
            Awaitility.await().atMost(30, TimeUnit.SECONDS).until(() -> {
                cache.put("back", "1");
                return other.get("back", key -> "2").equals("1");
            });
        }
    }

    /** With the operation's time that a user would set, and nothing but calls; beside them those of a cache that shares nothing. */
    @Test
    @Tag("soak")
    void whatAHungServerCosts() {
        try (MemcachedNode server = MemcachedNode.builder().ownProcess().start();
                Memcached memcached = Connected.to(server.hostAndPort(), Duration.ofMillis(50));
                Caches alone = Caches.builder().build();
                Caches caches =
                        Caches.builder().shared(MemcachedTier.on(memcached)).build()) {
            Cache<String, String> cache = caches.cache("c", String.class, String.class);
            Cache<String, String> local = alone.cache("c", String.class, String.class);
            cache.get("warm", key -> "");
            server.suspend();
            long[] hung = new long[200_000];
            long[] without = new long[hung.length];
            int errors = 0;
            for (int i = 0; i < hung.length; i++) {
                String key = "new" + i;
                long start = System.nanoTime();
                try {
                    cache.get(key, k -> "loaded");
                } catch (RuntimeException failed) {
                    errors++;
                }
                long middle = System.nanoTime();
                local.get(key, k -> "loaded");
                without[i] = System.nanoTime() - middle;
                hung[i] = middle - start;
            }
            server.resume();
            System.out.println("soak: cache: hung memcached, 50 ms an operation: first call " + hung[0] / 1_000_000
                    + " ms, first ten " + Arrays.stream(hung, 0, 10).sum() / 1_000_000 + " ms, later ones "
                    + later(hung) + "; without a shared tier " + later(without) + "; errors " + errors);
            assertThat(errors).isZero();
            // Each call is beside one of the other kind, so that what the machine does besides is in both.
            assertThat(median(hung) - median(without))
                    .as("ns more at the median")
                    .isLessThan(Math.max(MORE_AT_THE_MEDIAN, 3 * median(without)));
        }
    }

    private static long[] sorted(long[] nanos) {
        long[] later = Arrays.copyOfRange(nanos, nanos.length / 2, nanos.length);
        Arrays.sort(later);
        return later;
    }

    private static long median(long[] nanos) {
        return sorted(nanos)[nanos.length / 4];
    }

    private static String later(long[] nanos) {
        long[] later = sorted(nanos);
        return "median " + median(nanos) + " ns, p99 " + later[later.length * 99 / 100] + " ns, longest "
                + later[later.length - 1] / 1000 + " us";
    }

    @Test
    void aNodeThatComesTakesItsShareOfTheKeysAndLeavesTheOthers() {
        try (MemcachedNode a = MemcachedNode.builder().ownProcess().start();
                MemcachedNode b = MemcachedNode.builder().ownProcess().start();
                MemcachedNode c = MemcachedNode.builder().ownProcess().start();
                Memcached two = client("a:" + a.hostAndPort() + ",b:" + b.hostAndPort());
                Memcached three = client("a:" + a.hostAndPort() + ",b:" + b.hostAndPort() + ",c:" + c.hostAndPort());
                Caches before = Caches.builder().shared(MemcachedTier.on(two)).build();
                Caches after = Caches.builder().shared(MemcachedTier.on(three)).build()) {
            Cache<String, String> cache = before.cache("c", String.class, String.class);
            for (int i = 0; i < 600; i++) {
                cache.get("k" + i, key -> "1");
            }
            Cache<String, String> grown = after.cache("c", String.class, String.class);
            Map<String, Integer> found = new HashMap<>();
            for (int i = 0; i < 600; i++) {
                found.merge(grown.get("k" + i, key -> "2"), 1, Integer::sum);
            }
            assertThat(found.get("2")).isBetween(140, 260);

            c.kill();
            Set<String> survive = new HashSet<>();
            for (int i = 0; i < 100; i++) {
                survive.add(grown.get("after" + i, key -> "3"));
            }
            assertThat(survive).containsExactly("3");
        }
    }

    private static Memcached client(String nodes) {
        return Connected.to(nodes, Duration.ofSeconds(1));
    }
}
