package dev.headroom.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headroom.cache.spi.SharedTierException;
import dev.headroom.cache.testing.InMemorySharedTier;
import dev.headroom.consistency.Consistency;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Failures of a load under a lease that could be taken for others', and those who hear of them. */
class LoadsThatFailTest {
    private final ManualClock clock = new ManualClock();
    private final InMemorySharedTier tier = new InMemorySharedTier(clock);
    private final List<Caches> open = new ArrayList<>();

    @AfterEach
    void close() {
        open.forEach(Caches::close);
    }

    @Test
    void aLeaseThatCanNotBeGivenBackDoesNotMakeAnOvertakenValueLookStored() {
        AtomicBoolean refuses = new AtomicBoolean();
        CountingMeters meters = new CountingMeters();
        Caches one = caches(new WatchedTier(tier, operation -> {
            if (refuses.get() && operation.equals("release")) {
                throw new SharedTierException(SharedTierException.Reason.REFUSED, "no", null);
            }
        }));
        one.connect(meters.contracts(Consistency.none()));
        Cache<String, String> cache = one.cache("c", String.class, String.class);
        Cache<String, String> other = caches(tier).cache("c", String.class, String.class);
        assertThat(cache.get("k", key -> {
                    other.clear();
                    refuses.set(true);
                    return "old";
                }))
                .isEqualTo("old");
        assertThat(meters.shared("c", "overtaken")).isEqualTo(1);
        assertThat(meters.shared("c", "too_large")).isZero();
        assertThat(cache.peek("k")).isEmpty();
    }

    @Test
    void anInterruptedLoadLeavesItsThreadInterruptedThoughSomethingStaleIsServed() {
        Cache<String, String> one = caches(tier).cache("c", String.class, String.class);
        Cache<String, String> other = caches(tier).cache("c", String.class, String.class);
        one.get("k", key -> "1");
        clock.advance(Duration.ofMinutes(6));
        assertThat(other.get("k", key -> {
                    throw new InterruptedException("stopped");
                }))
                .isEqualTo("1");
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void aSourcesOwnTroubleWithATierIsNotTakenForThatOfThisTier() {
        Cache<String, String> cache = caches(tier).cache("c", String.class, String.class);
        AtomicInteger calls = new AtomicInteger();
        Loader<String, String> loader = key -> {
            calls.incrementAndGet();
            throw SharedTierException.unavailable("another tier");
        };
        assertThatThrownBy(() -> cache.get("k", loader))
                .isInstanceOf(SharedTierException.class)
                .hasMessage("another tier");
        assertThat(calls).hasValue(1);
        assertThat(caches(tier).cache("c", String.class, String.class).get("k", key -> "1"))
                .isEqualTo("1");
    }

    @Test
    void whoDidNotWaitForAnInterruptedLoadIsToldSoAsThoseWhoWaited() throws Exception {
        Caches caches = Caches.builder().build();
        open.add(caches);
        Cache<String, String> cache = caches.cache("c", String.class, String.class);
        CountDownLatch loading = new CountDownLatch(1);
        Thread leader = new Thread(() -> {
            try {
                cache.get("k", key -> {
                    loading.countDown();
                    TimeUnit.MINUTES.sleep(5);
                    return "";
                });
            } catch (CacheLoadException interrupted) {
                // Its own.
            }
        });
        leader.start();
        loading.await();
        CompletableFuture<String> later = cache.getAsync("k", key -> CompletableFuture.completedFuture("not called"));
        leader.interrupt();
        Awaitility.await().until(later::isDone);
        assertThatThrownBy(later::join)
                .cause()
                .isInstanceOf(CacheTimeoutException.class)
                .hasMessageContaining("the thread that loaded was interrupted");
        leader.join();
    }

    private Caches caches(dev.headroom.cache.spi.SharedTier shared) {
        Caches caches = Caches.builder()
                .shared(shared)
                .clock(clock)
                .journalEvery(Duration.ZERO)
                .defaults(options -> options.staleIfError(Duration.ofHours(1)).jitter(0))
                .build();
        open.add(caches);
        return caches;
    }
}
