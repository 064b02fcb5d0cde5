package dev.headroom.cache;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LoadContextTest {
    private final ManualClock clock = new ManualClock();
    private final Caches caches = Caches.builder()
            .clock(clock)
            .defaults(options -> options.fresh(Duration.ofMinutes(5)).jitter(0))
            .build();
    private final Cache<String, @Nullable Integer> cache = caches.cache("c", String.class, Integer.class);
    private final AtomicInteger loads = new AtomicInteger();

    @AfterEach
    void close() {
        caches.close();
    }

    @Test
    void keepsAValueAsLongAsItsLoaderSays() {
        assertThat(brief()).isEqualTo(1);
        clock.advance(Duration.ofSeconds(9));
        assertThat(brief()).isEqualTo(1);
        clock.advance(Duration.ofSeconds(2));
        assertThat(brief()).isEqualTo(2);
    }

    private @Nullable Integer brief() {
        return cache.get("k", (key, load) -> {
            assertThat(load.options().fresh()).isEqualTo(Duration.ofMinutes(5));
            load.fresh(Duration.ofSeconds(10));
            return loads.incrementAndGet();
        });
    }

    @Test
    void answersAndStoresNothingWhenTheLoaderSaysSo() {
        assertThat(cache.get("k", (key, load) -> load.doNotCache(1))).isEqualTo(1);
        assertThat(cache.peek("k")).isEmpty();
        assertThat(cache.get("k", key -> 2)).isEqualTo(2);
    }

    @Test
    void keepsANullForAsLongAsTheLoaderSays() {
        assertThat(cache.get("k", (key, load) -> {
                    load.options(load.options().withNegative(Duration.ofSeconds(3)));
                    return null;
                }))
                .isNull();
        assertThat(cache.peek("k").orElseThrow().state()).isEqualTo(Lookup.State.NEGATIVE);
        clock.advance(Duration.ofSeconds(4));
        assertThat(cache.get("k", key -> 2)).isEqualTo(2);
    }
}
