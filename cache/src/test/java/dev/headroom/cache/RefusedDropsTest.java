package dev.headroom.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.cache.memcached.MemcachedTier;
import dev.headroom.cache.spi.SharedTier;
import dev.headroom.cache.spi.SharedTierException;
import dev.headroom.consistency.Consistency;
import dev.headroom.memcached.Memcached;
import dev.headroom.testkit.MemcachedNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Invalidations that a node does not take: they block it for nobody. */
@Tag("one-jdk")
class RefusedDropsTest {
    private final List<Caches> open = new ArrayList<>();
    private final CountingMeters meters = new CountingMeters();

    @AfterEach
    void close() {
        open.forEach(Caches::close);
    }

    @Test
    void whatIsRefusedAgainIsGivenUpAndTheNodeServesOn() {
        WatchedTier refusing = new WatchedTier(operation -> {
            if (operation.equals("invalidate")) {
                throw new SharedTierException(SharedTierException.Reason.REFUSED, "no", null);
            }
        });
        Cache<String, String> cache = cache(refusing);
        cache.invalidate("k");
        cache.get("other", key -> "1");
        Awaitility.await().until(() -> {
            cache.get("k" + System.nanoTime(), key -> "1");
            cache.invalidate("nothing");
            return meters.shared("c", "stored") > 0;
        });
    }

    @Test
    void theDropOfAKeyTooLongForTheJournalIsHeardAll() {
        try (MemcachedNode server = MemcachedNode.start();
                Memcached memcached = Connected.to(server.hostAndPort(), Duration.ofSeconds(5))) {
            Cache<String, String> one = cache(MemcachedTier.on(memcached));
            Cache<String, String> other = cache(MemcachedTier.on(memcached));
            String key = "long".repeat(500_000);
            other.get(key, k -> "old");
            one.invalidate(key);
            Awaitility.await()
                    .atMost(Duration.ofSeconds(30))
                    .until(() -> other.get(key, k -> "new").equals("new"));
            one.put("k", "1");
            assertThat(other.get("k", k -> "2")).isEqualTo("1");
        }
    }

    private Cache<String, String> cache(SharedTier tier) {
        Caches caches = Caches.builder()
                .shared(tier)
                .defaults(options -> options.localFresh(Duration.ofMinutes(5)))
                .build();
        caches.connect(meters.contracts(Consistency.none()));
        open.add(caches);
        return caches.cache("c", String.class, String.class);
    }
}
