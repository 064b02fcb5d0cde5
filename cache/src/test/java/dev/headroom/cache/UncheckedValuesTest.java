package dev.headroom.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.cache.testing.InMemorySharedTier;
import dev.headroom.consistency.Consistency;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Values held that should be compared with a shared tier which can't be asked: served unasked for a second at a time, and no longer than it stays away. */
class UncheckedValuesTest {
    private static final String KEY = "headroom:c:v1:tlv1:s:k";

    private final ManualClock clock = new ManualClock();
    private final InMemorySharedTier tier = new InMemorySharedTier(clock);
    private final CountingMeters meters = new CountingMeters();
    private final Caches caches = Caches.builder()
            .shared(tier)
            .clock(clock)
            .journalEvery(Duration.ZERO)
            .defaults(options -> options.jitter(0))
            .build();
    private final Cache<String, String> cache = caches.cache("c", String.class, String.class);

    @BeforeEach
    void begin() {
        caches.connect(meters.contracts(Consistency.none()));
        cache.get("k", key -> "1");
        clock.advance(Duration.ofSeconds(1));
    }

    @AfterEach
    void close() {
        caches.close();
    }

    @Test
    void itIsServedUnaskedThoughSomethingWasDistrustedLately() {
        tier.down(true);
        cache.get("a", key -> "");
        tier.down(false);
        cache.get("b", key -> ""); // it is back: nothing held is trusted
        clock.advance(Duration.ofSeconds(1));
        tier.down(true);
        assertThat(cache.getIfPresent("k")).isEmpty();
        assertThat(cache.get("k", key -> "not loaded")).isEqualTo("1");
        long asked = meters.shared("c", "down");
        for (int i = 0; i < 9; i++) {
            clock.advance(Duration.ofMillis(100));
            assertThat(cache.getIfPresent("k")).isPresent();
            assertThat(cache.get("k", key -> "not loaded")).isEqualTo("1");
        }
        assertThat(meters.shared("c", "down")).isEqualTo(asked);
        clock.advance(Duration.ofMillis(100));
        assertThat(cache.getIfPresent("k")).isEmpty();
    }

    @Test
    void itIsComparedAtOnceWhenTheTierIsBack() {
        clock.advance(Duration.ofSeconds(30));
        tier.down(true);
        assertThat(cache.get("k", key -> "not loaded")).isEqualTo("1");
        assertThat(cache.getIfPresent("k")).isPresent();
        clock.advance(Duration.ofMillis(1));
        tier.down(false);
        tier.nodes().get(0).invalidate(KEY);
        cache.get("a", key -> "");
        assertThat(cache.getIfPresent("k")).isEmpty();
        assertThat(cache.get("k", key -> "2")).isEqualTo("2");
    }
}
