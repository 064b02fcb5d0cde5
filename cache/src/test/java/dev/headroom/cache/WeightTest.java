package dev.headroom.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headroom.cache.testing.InMemorySharedTier;
import dev.headroom.config.ConfigurationException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.ToIntBiFunction;
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
    void whatCanNotBeWeighedIsNotHeldNorIsWhatWasThereBefore() {
        ToIntBiFunction<Object, Object> weigher = (key, value) -> {
            if (value.equals("failing")) {
                throw new IllegalStateException("no weight");
            }
            return value.equals("negative") ? -1 : 1;
        };
        try (Caches caches = Caches.builder()
                .shared(new InMemorySharedTier())
                .defaults(options -> options.maximumWeight(1000, weigher))
                .build()) {
            Cache<Integer, String> cache = caches.cache("c", Integer.class, String.class);
            for (String odd : List.of("failing", "negative")) {
                cache.put(1, "old");
                cache.put(1, odd);
                assertThat(cache.peek(1)).isEmpty();
                assertThat(cache.get(1, key -> "not loaded")).isEqualTo(odd);
                cache.put(1, "old");
                assertThat(cache.refresh(1, key -> odd)).isEqualTo(odd);
                assertThat(cache.peek(1)).isEmpty();
                assertThat(cache.getAll(List.of(1, 2), keys -> Map.of(2, odd)))
                        .containsExactly(Map.entry(1, odd), Map.entry(2, odd));
                cache.clear();
            }
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
