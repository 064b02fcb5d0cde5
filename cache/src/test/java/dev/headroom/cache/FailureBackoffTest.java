package dev.headroom.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headroom.cache.testing.InMemorySharedTier;
import dev.headroom.config.ConfigurationException;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** A source that has failed is left alone for a while, even if there is nothing to serve in the value's place. */
class FailureBackoffTest {
    private final ManualClock clock = new ManualClock();
    private final AtomicInteger calls = new AtomicInteger();
    private final Loader<String, String> failing = key -> {
        throw new IOException("failure " + calls.incrementAndGet());
    };

    @Test
    void theSameFailureIsThrownAgainUntilItsTimeIsOver() {
        try (Caches caches = caches(Duration.ofSeconds(5))) {
            Cache<String, String> cache = caches.cache("c", String.class, String.class);
            for (int i = 0; i < 3; i++) {
                assertThatThrownBy(() -> cache.get("k", failing)).hasRootCauseMessage("failure 1");
            }
            assertThatThrownBy(() -> cache.getAsync("k", failing, Runnable::run).join())
                    .hasRootCauseMessage("failure 1");
            assertThat(cache.stats().loadFailures()).isEqualTo(1);
            assertThat(cache.get("another", key -> "1")).isEqualTo("1");
            clock.advance(Duration.ofSeconds(5));
            assertThatThrownBy(() -> cache.get("k", failing)).hasRootCauseMessage("failure 2");
            clock.advance(Duration.ofSeconds(5));
            assertThat(cache.get("k", key -> "1")).isEqualTo("1");
        }
    }

    @Test
    void invalidationsAndRefreshesEndIt() {
        try (Caches caches = caches(Duration.ofHours(1))) {
            Cache<String, String> cache = caches.cache("c", String.class, String.class);
            Runnable[] ends = {
                () -> cache.invalidate("k"),
                cache::clear,
                () -> cache.invalidateTag("t"),
                () -> cache.refresh("k", key -> "1")
            };
            for (Runnable end : ends) {
                cache.invalidate("k");
                assertThatThrownBy(() -> cache.get("k", failing)).hasRootCauseInstanceOf(IOException.class);
                end.run();
                assertThat(cache.get("k", key -> "1")).isEqualTo("1");
            }
        }
    }

    @Test
    void withoutItEveryCallerTries() {
        try (Caches caches = caches(Duration.ZERO)) {
            Cache<String, String> cache = caches.cache("c", String.class, String.class);
            assertThatThrownBy(() -> cache.get("k", failing)).hasRootCauseMessage("failure 1");
            assertThatThrownBy(() -> cache.get("k", failing)).hasRootCauseMessage("failure 2");
        }
    }

    @Test
    void refusesLessThanNothing() {
        assertThatThrownBy(() -> caches(Duration.ofSeconds(-1)))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("failureBackoff");
    }

    private Caches caches(Duration backoff) {
        return Caches.builder()
                .clock(clock)
                .shared(new InMemorySharedTier())
                .defaults(options -> options.failureBackoff(backoff))
                .build();
    }
}
