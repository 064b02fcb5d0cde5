package dev.headroom.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.consistency.Consistency;
import org.junit.jupiter.api.Test;

/** Counts in Micrometer's words. */
class MetersTest {
    private final CountingMeters meters = new CountingMeters();

    private long count(String name, String... tags) {
        return meters.count(name, tags);
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
