package dev.headroom.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Executors that fail in other ways than by rejecting work: no key may be lost to a load that never begins. */
class ExecutorFaultTest {
    private final ManualClock clock = new ManualClock();
    private volatile Throwable thrown;
    private final Executor failing = work -> {
        if (thrown == null) {
            work.run();
        } else {
            throw sneaky(thrown);
        }
    };
    private Caches caches;

    @AfterEach
    void close() {
        caches.close();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aRefreshThatCouldNotBeginLeavesTheStaleValueAndTheKey(boolean serious) {
        Cache<String, String> cache = cache(Duration.ZERO);
        cache.get("k", key -> "1");
        clock.advance(Duration.ofSeconds(90));
        thrown = serious
                ? new OutOfMemoryError("unable to create native thread")
                : new IllegalStateException("shut down");
        assertThat(cache.get("k", key -> "2")).isEqualTo("1");
        assertThat(cache.get("k", key -> "2")).isEqualTo("1");
        thrown = null;
        cache.get("k", key -> "3");
        assertThat(cache.get("k", key -> "4")).isEqualTo("3");
    }

    @Test
    void aLoadThatMayBeLeftRunsHereIfTheExecutorFails() {
        Cache<String, String> cache = cache(Duration.ofSeconds(30));
        thrown = new IllegalStateException("shut down");
        assertThat(cache.get("k", key -> "1")).isEqualTo("1");
        thrown = new OutOfMemoryError("unable to create native thread");
        assertThatThrownBy(() -> cache.get("other", key -> "1")).isSameAs(thrown);
        thrown = null;
        assertThat(cache.get("other", key -> "2")).isEqualTo("2");
    }

    @ParameterizedTest
    @ValueSource(strings = {"ON", "NAIVE"})
    void anAsynchronousLoadThatCouldNotBeginLeavesTheKey(String mode) throws Exception {
        Cache<String, String> cache = cache(Duration.ZERO);
        caches.mode(CacheMode.of("mode", mode));
        thrown = new IllegalStateException("shut down");
        assertThatThrownBy(() -> cache.getAsync("k", key -> "1", failing).get(20, TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class)
                .hasCause(thrown);
        thrown = new OutOfMemoryError("unable to create native thread");
        assertThatThrownBy(() -> cache.getAsync("k", key -> "1", failing)).isSameAs(thrown);
        thrown = null;
        assertThat(cache.getAsync("k", key -> "2", failing).get(20, TimeUnit.SECONDS))
                .isEqualTo("2");
    }

    private Cache<String, String> cache(Duration hardTimeout) {
        caches = Caches.builder()
                .clock(clock)
                .refreshExecutor(failing)
                .defaults(options -> options.fresh(Duration.ofMinutes(1))
                        .staleWhileRevalidate(Duration.ofHours(1))
                        .hardTimeout(hardTimeout)
                        .jitter(0))
                .build();
        return caches.cache("c", String.class, String.class);
    }

    @SuppressWarnings("unchecked")
    private static <T extends Throwable> RuntimeException sneaky(Throwable thrown) throws T {
        throw (T) thrown;
    }
}
