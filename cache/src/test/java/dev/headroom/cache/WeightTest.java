package dev.headroom.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headroom.config.ConfigurationException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Values that are bound by what they weigh. */
class WeightTest {
    @Test
    void whatIsKeptWeighsNoMoreThanItMay() {
        try (Caches caches = caches(1000)) {
            Cache<Integer, String> cache = caches.cache("c", Integer.class, String.class);
            for (int i = 0; i < 100; i++) {
                cache.put(i, "v".repeat(100));
            }
            assertThat(held(cache)).isBetween(1, 10);
            cache.clear();
            for (int i = 0; i < 100; i++) {
                cache.put(i, "v".repeat(10));
            }
            assertThat(held(cache)).isEqualTo(100);
            assertThat(cache.get(1000, key -> "v".repeat(2000))).hasSize(2000);
            assertThat(cache.peek(1000)).isEmpty();
        }
    }

    @Test
    void aNullThatIsKeptIsNotWeighed() {
        try (Caches caches = caches(1000)) {
            Cache<Integer, @Nullable String> cache = caches.cache("c", Integer.class, String.class);
            assertThat(cache.get(1, key -> null)).isNull();
            assertThat(cache.peek(1)).isPresent();
        }
    }

    @Test
    void refusesNoWeight() {
        assertThatThrownBy(() -> caches(0))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("maximumWeight: 0");
    }

    private static int held(Cache<Integer, String> cache) {
        int held = 0;
        for (int i = 0; i < 100; i++) {
            held += cache.peek(i).isPresent() ? 1 : 0;
        }
        return held;
    }

    private static Caches caches(long maximum) {
        return Caches.builder()
                .defaults(options -> options.negative(Duration.ofMinutes(1))
                        .maximumWeight(maximum, (key, value) -> ((String) value).length()))
                .build();
    }
}
