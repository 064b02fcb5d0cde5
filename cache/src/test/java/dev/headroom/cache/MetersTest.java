package dev.headroom.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headroom.cache.testing.InMemorySharedTier;
import dev.headroom.consistency.Consistency;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Counts in Micrometer's words. */
class MetersTest {
    private final CountingMeters meters = new CountingMeters();

    private long count(String name, String... tags) {
        return meters.count(name, tags);
    }

    @Test
    void whatNobodyInvalidatedIsNotCountedAsRemoved() {
        try (Caches caches = Caches.withDefaults()) {
            caches.connect(meters.contracts(Consistency.none()));
            Cache<String, @Nullable String> cache = caches.cache("c", String.class, String.class);
            cache.put("k", "v");
            cache.refresh("k", key -> null);
            assertThat(cache.peek("k")).isEmpty();
            cache.put("k", "v");
            caches.mode(CacheMode.OFF);
            assertThat(cache.peek("k")).isEmpty();
            assertThat(count(CacheMeters.REMOVALS, "cache", "c")).isZero();
            caches.mode(CacheMode.ON);
            cache.get("a", (key, load) -> {
                load.tags("t");
                return "v";
            });
            cache.put("b", "v");
            cache.invalidateTag("t");
            assertThat(count(CacheMeters.REMOVALS, "cache", "c")).isEqualTo(1);
            assertThat(cache.peek("b")).isPresent();
        }
    }

    @Test
    void aValueThatIsHeldOnIsNotStoredAgain() {
        ManualClock clock = new ManualClock();
        InMemorySharedTier tier = new InMemorySharedTier();
        try (Caches caches = Caches.builder()
                .clock(clock)
                .shared(tier)
                .journalEvery(Duration.ZERO)
                .build()) {
            caches.connect(meters.contracts(Consistency.none()));
            Cache<String, String> cache = caches.cache("c", String.class, String.class);
            cache.put("k", "v");
            tier.down(true);
            clock.advance(Duration.ofSeconds(31));
            assertThat(cache.get("k", key -> "not loaded")).isEqualTo("v");
            assertThat(count(CacheMeters.PUTS, "cache", "c")).isEqualTo(1);
        }
    }

    @Test
    void aLoadOfSeveralIsCountedByWhatBecameOfIt() {
        for (CacheMode mode : List.of(CacheMode.ON, CacheMode.NAIVE)) {
            CountingMeters counted = new CountingMeters();
            try (Caches caches = Caches.builder().mode(mode).build()) {
                caches.connect(counted.contracts(Consistency.none()));
                Cache<Integer, String> cache = caches.cache("c", Integer.class, String.class);
                cache.getAll(List.of(1, 2), keys -> Map.of(1, "one"));
                assertThat(loads(counted, "stored")).as("%s", mode).isEqualTo(1);
                cache.getAll(List.of(3), keys -> Map.of());
                assertThat(loads(counted, "unstored")).as("%s", mode).isEqualTo(1);
                cache.getAll(List.of(4, 5), keys -> {
                    cache.clear();
                    return Map.of(4, "four");
                });
                assertThat(loads(counted, "discarded")).as("%s", mode).isEqualTo(1);
                assertThatThrownBy(() -> cache.getAll(List.of(6), keys -> {
                            throw new IllegalStateException("as asked");
                        }))
                        .hasMessage("as asked");
                assertThat(loads(counted, "failed")).as("%s", mode).isEqualTo(1);
                assertThat(loads(counted, "stored")).as("%s", mode).isEqualTo(1);
            }
        }
    }

    private static long loads(CountingMeters counted, String result) {
        return counted.count(CacheMeters.LOADS, "cache", "c", "result", result);
    }

    @Test
    void countsGetsPutsEvictionsAndRemovals() {
        try (Caches caches =
                Caches.builder().cache("c", options -> options.maximumSize(10)).build()) {
            caches.connect(meters.contracts(Consistency.none()));
            Cache<Integer, String> cache = caches.cache("c", Integer.class, String.class);
            cache.get(1, key -> "v");
            cache.get(1, key -> "v");
            cache.put(2, "v");
            assertThat(count(CacheMeters.GETS, "cache", "c", "result", "miss")).isEqualTo(1);
            assertThat(count(CacheMeters.GETS, "cache", "c", "result", "hit")).isEqualTo(1);
            assertThat(count(CacheMeters.PUTS, "cache", "c")).isEqualTo(2);
            cache.invalidate(1);
            cache.invalidate(1);
            assertThat(count(CacheMeters.REMOVALS, "cache", "c")).isEqualTo(1);
            assertThat(count(CacheMeters.INVALIDATIONS, "cache", "c")).isEqualTo(2);
            cache.clear();
            assertThat(count(CacheMeters.REMOVALS, "cache", "c")).isEqualTo(2);
            for (int key = 0; key < 30; key++) {
                cache.put(key, "v");
            }
            assertThat(count(CacheMeters.EVICTIONS, "cache", "c")).isEqualTo(20);
        }
    }
}
