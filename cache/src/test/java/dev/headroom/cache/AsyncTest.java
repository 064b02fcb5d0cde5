package dev.headroom.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headroom.cache.testing.InMemorySharedTier;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Calls that don't wait. */
class AsyncTest {
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final ManualClock clock = new ManualClock();
    private final InMemorySharedTier tier = new InMemorySharedTier();
    private final List<Caches> open = new ArrayList<>();

    @AfterEach
    void close() {
        threads.shutdownNow();
        open.forEach(Caches::close);
    }

    @Test
    void oneLoadForAllWhoWantItWithoutWaitingOrNotAndInAnyJvm() throws Exception {
        Cache<String, String> one = cache(Caches.builder().shared(tier));
        Cache<String, String> other = cache(Caches.builder().shared(tier));
        AtomicInteger loads = new AtomicInteger();
        CompletableFuture<String> source = new CompletableFuture<>();
        AsyncLoader<String, String> loader = key -> {
            loads.incrementAndGet();
            return source;
        };
        List<CompletableFuture<String>> answers = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            answers.add(one.getAsync("k", loader));
        }
        Awaitility.await().until(() -> loads.get() == 1);
        answers.add(one.getAsync("k", key -> "not called " + loads.incrementAndGet(), threads));
        answers.add(other.getAsync("k", loader));
        answers.add(CompletableFuture.supplyAsync(() -> one.get("k", key -> "not called"), threads));
        assertThat(answers).noneMatch(CompletableFuture::isDone);
        source.complete("1");
        for (CompletableFuture<String> answer : answers) {
            assertThat(answer.get(30, TimeUnit.SECONDS)).isEqualTo("1");
        }
        // What was loaded while the journal began is compared with the tier once.
        assertThat(one.getAsync("k", loader).get(30, TimeUnit.SECONDS)).isEqualTo("1");
        assertThat(one.getAsync("k", loader)).isCompletedWithValue("1");
        assertThat(loads).hasValue(1);
    }

    @Test
    void failuresAreThoseOfGetAndNothingIsStored() {
        Cache<String, String> cache = cache(Caches.builder());
        IllegalStateException thrown = new IllegalStateException("no");
        assertThatThrownBy(() -> get(cache.getAsync("k", key -> CompletableFuture.failedFuture(thrown))))
                .isSameAs(thrown);
        assertThatThrownBy(() -> get(cache.getAsync(
                        "k",
                        key -> {
                            throw new IOException("checked");
                        },
                        threads)))
                .isInstanceOf(CacheLoadException.class)
                .hasRootCauseMessage("checked");
        assertThat(cache.peek("k")).isEmpty();
    }

    @Test
    void timeoutsAndStaleValuesAreThoseOfGet() throws Exception {
        Cache<String, String> cache = cache(Caches.builder()
                .clock(clock)
                .defaults(options -> options.fresh(Duration.ofSeconds(10))
                        .staleIfError(Duration.ofMinutes(1))
                        .hardTimeout(Duration.ofMillis(50))
                        .jitter(0)));
        CompletableFuture<String> never = new CompletableFuture<>();
        assertThatThrownBy(() -> get(cache.getAsync("cold", key -> never))).isInstanceOf(CacheTimeoutException.class);
        cache.put("k", "old");
        clock.advance(Duration.ofSeconds(11));
        CompletableFuture<String> late = new CompletableFuture<>();
        assertThat(get(cache.getAsync("k", key -> late))).isEqualTo("old");
        late.complete("new");
        never.complete("");
        Awaitility.await().until(() -> cache.peek("k").orElseThrow().value().equals("new"));
        clock.advance(Duration.ofSeconds(11));
        assertThat(get(cache.getAsync("k", key -> CompletableFuture.failedFuture(new IOException()))))
                .isEqualTo("new");
    }

    @Test
    void withoutAThreadTheCallerIsToldOrGetsWhatIsStale() throws Exception {
        Cache<String, String> cache = cache(Caches.builder()
                .clock(clock)
                .loadExecutor(work -> {
                    throw new RejectedExecutionException();
                })
                .defaults(options -> options.fresh(Duration.ofSeconds(10)).staleIfError(Duration.ofMinutes(1))));
        assertThatThrownBy(() -> get(cache.getAsync("k", CompletableFuture::completedFuture)))
                .isInstanceOf(CacheTimeoutException.class)
                .hasMessageContaining("no thread to load on");
        cache.put("k", "old");
        clock.advance(Duration.ofSeconds(11));
        assertThat(get(cache.getAsync("k", CompletableFuture::completedFuture))).isEqualTo("old");
    }

    @Test
    void anExecutorThatFailsLeavesNothingBehind() throws Exception {
        Cache<String, String> cache = cache(Caches.builder());
        IllegalStateException thrown = new IllegalStateException("no");
        assertThatThrownBy(() -> get(cache.getAsync("k", key -> "1", work -> {
                    throw thrown;
                })))
                .isSameAs(thrown);
        assertThat(get(cache.getAsync("k", key -> "2", threads))).isEqualTo("2");
    }

    @Test
    void aTimeoutOfTheLoaderIsItsFailure() {
        Cache<String, String> cache = cache(Caches.builder());
        TimeoutException thrown = new TimeoutException("the source's own");
        assertThatThrownBy(() -> get(cache.getAsync("k", key -> CompletableFuture.failedFuture(thrown))))
                .isInstanceOf(CacheLoadException.class)
                .hasCause(thrown);
    }

    @Test
    void anInvalidationDuringTheLoadWins() throws Exception {
        Cache<String, String> cache = cache(Caches.builder());
        CountDownLatch loading = new CountDownLatch(1);
        CompletableFuture<String> source = new CompletableFuture<>();
        CompletableFuture<String> answer = cache.getAsync("k", key -> {
            loading.countDown();
            return source;
        });
        assertThat(loading.await(30, TimeUnit.SECONDS)).isTrue();
        cache.invalidate("k");
        source.complete("old");
        assertThat(get(answer)).isEqualTo("old");
        assertThat(get(cache.getAsync("k", key -> "new", threads))).isEqualTo("new");
    }

    @Test
    void switchedOffEveryCallLoads() throws Exception {
        Cache<String, String> cache = cache(Caches.builder());
        open.get(0).mode(CacheMode.OFF);
        assertThat(get(cache.getAsync("k", key -> "1", threads))).isEqualTo("1");
        assertThat(get(cache.getAsync("k", key -> CompletableFuture.completedFuture("2"))))
                .isEqualTo("2");
    }

    @Test
    void switchedOffALoaderIsCalledOnTheCallersThreadAndItsStageTakesNone() throws Exception {
        Cache<String, String> cache = cache(Caches.builder().loadExecutor(work -> {
            throw new RejectedExecutionException();
        }));
        open.get(0).mode(CacheMode.OFF);
        List<Thread> callers = new ArrayList<>();
        CompletableFuture<String> source = new CompletableFuture<>();
        CompletableFuture<String> answer = cache.getAsync("k", key -> {
            callers.add(Thread.currentThread());
            return source;
        });
        assertThat(callers).containsExactly(Thread.currentThread());
        assertThat(answer).isNotDone();
        source.complete("1");
        assertThat(get(answer)).isEqualTo("1");
        IOException thrown = new IOException("no");
        assertThatThrownBy(() -> get(cache.getAsync("k", key -> CompletableFuture.failedFuture(thrown))))
                .isInstanceOf(CacheLoadException.class)
                .hasCause(thrown);
        assertThatThrownBy(() -> get(cache.getAsync("k", key -> {
                    throw thrown;
                })))
                .isInstanceOf(CacheLoadException.class)
                .hasCause(thrown);
        assertThat(cache.peek("k")).isEmpty();
    }

    private static <T> T get(CompletableFuture<T> future) throws Exception {
        try {
            return future.get(30, TimeUnit.SECONDS);
        } catch (ExecutionException failed) {
            throw (Exception) failed.getCause();
        }
    }

    private Cache<String, String> cache(CachesBuilder builder) {
        Caches caches = builder.build();
        open.add(caches);
        return caches.cache("c", String.class, String.class);
    }
}
