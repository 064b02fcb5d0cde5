package dev.headroom.cache;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A value that is put where JVMs share it, and what happens to its key before the call returns. */
class PutTest {
    private final AtomicReference<Runnable> afterStoring = new AtomicReference<>();
    private final WatchedTier tier = new WatchedTier(this::asked);
    private final List<Caches> open = new ArrayList<>();
    private volatile Thread storing;

    /** The value lies in the tier; others are not told yet. */
    private void asked(String operation) {
        if (operation.equals("put")) {
            storing = Thread.currentThread();
        } else if (operation.equals("increment") && storing == Thread.currentThread()) {
            Runnable now = afterStoring.getAndSet(null);
            if (now != null) {
                now.run();
            }
        }
    }

    private void afterStoring(Runnable work) {
        storing = null;
        afterStoring.set(work);
    }

    @AfterEach
    void close() {
        open.forEach(Caches::close);
    }

    @Test
    void whatAnotherJvmDroppedMeanwhileIsNotHeld() {
        Cache<String, String> one = cache(Caches.builder().shared(tier));
        Cache<String, String> other = cache(Caches.builder().shared(tier.tier));
        awaitHeard(one, other);
        one.get("witness", key -> "1");
        afterStoring(() -> {
            other.invalidate("k");
            other.invalidate("witness");
            Awaitility.await().until(() -> one.peek("witness").isEmpty());
        });
        one.put("k", "old");
        assertThat(afterStoring).hasValue(null);
        assertThat(one.get("k", key -> "new")).isEqualTo("new");
    }

    @Test
    void whatThisJvmDroppedMeanwhileIsNotHeld() {
        Cache<String, String> one = cache(Caches.builder().shared(tier));
        for (Runnable drop : List.<Runnable>of(() -> one.invalidate("k"), one::clear)) {
            afterStoring(drop);
            one.put("k", "old");
            assertThat(afterStoring).hasValue(null);
            assertThat(one.get("k", key -> "new")).isEqualTo("new");
        }
    }

    @Test
    void whatIsHeldIsWhatTheTierHasWhenTwoArePutAtTheSameTime() {
        Cache<String, String> one = cache(Caches.builder().shared(tier));
        Cache<String, String> other = cache(Caches.builder().shared(tier.tier));
        awaitHeard(one, other);
        afterStoring(() -> one.put("k", "second"));
        one.put("k", "first");
        assertThat(afterStoring).hasValue(null);
        assertThat(other.get("k", key -> "not loaded")).isEqualTo("second");
        assertThat(one.get("k", key -> "not loaded")).isEqualTo("second");
    }

    @Test
    void aLoadThatBeginsMeanwhileIsNotHeldInItsPlace() throws Exception {
        AtomicReference<Runnable> whileStoring = new AtomicReference<>();
        Cache<String, String> cache = cache(Caches.builder().clock(() -> {
            Runnable now = whileStoring.getAndSet(null);
            if (now != null) {
                now.run();
            }
            return System.nanoTime();
        }));
        CountDownLatch loading = new CountDownLatch(1);
        CountDownLatch stored = new CountDownLatch(1);
        CompletableFuture<String> loaded = new CompletableFuture<>();
        whileStoring.set(() -> {
            loaded.completeAsync(() -> cache.get("k", key -> {
                loading.countDown();
                stored.await();
                return "loaded";
            }));
            assertThat(waited(loading)).isTrue();
        });
        cache.put("k", "put");
        assertThat(whileStoring).hasValue(null);
        stored.countDown();
        assertThat(loaded.get(30, TimeUnit.SECONDS)).isEqualTo("loaded");
        assertThat(cache.get("k", key -> "not loaded")).isEqualTo("put");
    }

    private static boolean waited(CountDownLatch latch) {
        try {
            return latch.await(30, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Until it has begun to follow the journal it does not hear. */
    private static void awaitHeard(Cache<String, String> one, Cache<String, String> other) {
        Awaitility.await().ignoreExceptions().until(() -> {
            one.get("begun", key -> "1");
            other.invalidate("begun");
            Awaitility.await()
                    .atMost(Duration.ofSeconds(1))
                    .until(() -> one.peek("begun").isEmpty());
            return true;
        });
    }

    private Cache<String, String> cache(CachesBuilder builder) {
        Caches caches = builder.build();
        open.add(caches);
        return caches.cache("c", String.class, String.class);
    }
}
