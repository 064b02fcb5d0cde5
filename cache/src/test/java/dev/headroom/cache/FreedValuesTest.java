package dev.headroom.cache;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What no window allows any more is not kept until the cache is full. */
class FreedValuesTest {
    private final ManualClock clock = new ManualClock();
    private final Cache<String, String> cache = Caches.builder()
            .clock(clock)
            .cache("products", options -> options.fresh(Duration.ofSeconds(10)).staleIfError(Duration.ofSeconds(10)))
            .build()
            .cache("products", String.class, String.class);

    @Test
    void uselessValuesGoWhenOthersAreLoaded() {
        for (int i = 0; i < 1000; i++) {
            cache.put("old " + i, "value");
        }
        clock.advance(Duration.ofSeconds(21));
        for (int i = 0; i < 200; i++) {
            cache.get("new " + i, key -> "value");
        }
        assertThat(cache.stats().size()).isLessThanOrEqualTo(400);
        assertThat(cache.peek("new 7")).isPresent();
        assertThat(cache.stats().evictions()).isZero();
    }

    @Test
    void aLoaderDoesNotSeeAUselessValue() {
        cache.put("key", "old");
        clock.advance(Duration.ofSeconds(15));
        List<Boolean> seen = new java.util.ArrayList<>();
        ContextLoader<String, String> loader = (key, context) -> {
            seen.add(context.stale().isPresent());
            return "new";
        };
        assertThat(cache.get("key", loader)).isEqualTo("new");
        clock.advance(Duration.ofSeconds(30));
        assertThat(cache.get("key", loader)).isEqualTo("new");
        assertThat(seen).containsExactly(true, false);
    }
}
