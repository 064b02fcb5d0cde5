package dev.headroom.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.cache.memcached.MemcachedTier;
import dev.headroom.memcached.Memcached;
import dev.headroom.testkit.MemcachedNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** JVMs whose clocks are a quarter of an hour early or late: no expiry and no drop goes by another one's clock. */
@Tag("one-jdk")
class ClockSkewTest {
    private static final List<Duration> SKEWS = List.of(Duration.ofMinutes(-15), Duration.ZERO, Duration.ofMinutes(15));
    private final List<Caches> open = new ArrayList<>();
    private final AtomicInteger loads = new AtomicInteger();

    @Test
    void nothingExpiresTooEarlyOrTooLateAndNoTagIsMissed() {
        run(20, 1);
    }

    @Test
    @Tag("soak")
    void nothingExpiresTooEarlyOrTooLateAndNoTagIsMissedForLong() {
        System.out.println("soak: cache: " + run(3_000, 30));
    }

    private String run(int drops, int expiries) {
        try (MemcachedNode server = MemcachedNode.start();
                Memcached memcached = Connected.to(server.hostAndPort(), Duration.ofSeconds(5))) {
            for (Duration skew : SKEWS) {
                open.add(Caches.builder()
                        .shared(MemcachedTier.on(memcached))
                        .clock(() -> System.nanoTime() + skew.toNanos())
                        .defaults(options -> options.jitter(0).localFresh(Duration.ofMinutes(1)))
                        .cache("short", options -> options.fresh(Duration.ofSeconds(2)))
                        .build());
            }
            for (int round = 0; round < drops; round++) {
                tags(round);
            }
            for (int round = 0; round < expiries; round++) {
                expiry("e" + round);
            }
            return "clocks of three caches 15 min early, right and 15 min late: " + drops + " drops of a tag, "
                    + expiries + " expiries: 0 missed, 0 wrong";
        } finally {
            open.forEach(Caches::close);
        }
    }

    /** All see what one loaded, without loading, and whoever drops its tag, all load anew. */
    private void tags(int round) {
        List<Cache<String, Integer>> caches = new ArrayList<>();
        open.forEach(each -> caches.add(each.cache("long", String.class, Integer.class)));
        String key = "k" + round % 10;
        ContextLoader<String, Integer> load = (k, context) -> {
            context.tags("t");
            return loads.incrementAndGet();
        };
        int value = caches.get(round % 3).get(key, load);
        int before = loads.get();
        caches.forEach(cache -> assertThat(cache.get(key, load)).isEqualTo(value));
        assertThat(loads).as("too early").hasValue(before);
        caches.get((round + 1) % 3).invalidateTag("t");
        int renewed = caches.get((round + 1) % 3).get(key, load);
        assertThat(renewed).as("missed by who dropped").isEqualTo(before + 1);
        caches.forEach(cache -> Awaitility.await()
                .atMost(30, TimeUnit.SECONDS)
                .pollInterval(5, TimeUnit.MILLISECONDS)
                .until(() -> cache.get(key, load) == renewed));
    }

    private void expiry(String key) {
        List<Cache<String, Integer>> caches = new ArrayList<>();
        open.forEach(each -> caches.add(each.cache("short", String.class, Integer.class)));
        long start = System.nanoTime();
        int value = caches.get(0).get(key, k -> loads.incrementAndGet());
        long stored = System.nanoTime();
        for (Cache<String, Integer> cache : caches) {
            boolean early = cache.get(key, k -> loads.incrementAndGet()) != value;
            // memcached's second may end at once: what is to last two may last one.
            assertThat(early && System.nanoTime() - start < 900_000_000L)
                    .as("too early")
                    .isFalse();
        }
        for (Cache<String, Integer> cache : caches) {
            Awaitility.await()
                    .atMost(30, TimeUnit.SECONDS)
                    .until(() -> cache.get(key, k -> loads.incrementAndGet()) != value);
            assertThat(Duration.ofNanos(System.nanoTime() - stored))
                    .as("too late")
                    .isLessThan(Duration.ofSeconds(20));
        }
    }
}
