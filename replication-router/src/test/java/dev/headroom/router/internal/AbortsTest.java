package dev.headroom.router.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class AbortsTest {
    private static final Duration LONG = Duration.ofSeconds(60);
    private static final int MANY = 3 * Aborts.MOST;

    private final CountDownLatch go = new CountDownLatch(1);
    private final AtomicInteger begun = new AtomicInteger();
    private final AtomicInteger ended = new AtomicInteger();

    @AfterEach
    void goOn() {
        go.countDown();
    }

    private void abortMany(Aborts aborts) {
        for (int i = 0; i < MANY; i++) {
            aborts.run(() -> {
                begun.incrementAndGet();
                try {
                    go.await();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
                ended.incrementAndGet();
            });
        }
    }

    private static long threads(String node) {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("headroom-router-" + node + "-abort-"))
                .count();
    }

    @Test
    void manyAreDoneByFewThreads() {
        abortMany(new Aborts("aborted-by-few", Duration.ofHours(1), 256));
        await().atMost(LONG).until(() -> begun.get() == Aborts.MOST);
        assertThat(threads("aborted-by-few")).isEqualTo(Aborts.MOST);
        go.countDown();
        await().atMost(LONG).until(() -> ended.get() == MANY);
    }

    @Test
    void thoseThatHangKeepNoOtherFromBeingDone() {
        Aborts aborts = new Aborts("aborted-though-some-hang", Duration.ofMillis(20), 256);
        abortMany(aborts);
        await().atMost(LONG).until(() -> begun.get() == MANY);
        assertThat(ended).hasValue(0);
        go.countDown();
        await().atMost(LONG).until(() -> ended.get() == MANY);
        CountDownLatch next = new CountDownLatch(1);
        aborts.run(next::countDown);
        await().atMost(LONG).until(() -> next.await(0, TimeUnit.SECONDS));
    }

    @Test
    void thoseThatAreNotDoneAreCountedWhetherTheyHangOrWait() {
        Aborts aborts = new Aborts("aborted-not-at-all", Duration.ofMillis(20), Aborts.MOST + 4);
        assertThat(aborts.undone()).isZero();
        abortMany(aborts);
        await().atMost(LONG).until(() -> aborts.undone() == MANY);
        assertThat(begun).hasValue(Aborts.MOST + 4);
        go.countDown();
        await().atMost(LONG).until(() -> aborts.undone() == 0);
    }

    @Test
    void threadsHaveNotTheClassLoaderOfWhoeverIsFirst() throws Exception {
        Thread thread = Thread.currentThread();
        ClassLoader own = thread.getContextClassLoader();
        Aborts aborts = new Aborts("aborted-elsewhere", Duration.ofHours(1), 256);
        CompletableFuture<ClassLoader> seen = new CompletableFuture<>();
        thread.setContextClassLoader(new ClassLoader(own) {});
        try {
            aborts.run(() -> seen.complete(Thread.currentThread().getContextClassLoader()));
        } finally {
            thread.setContextClassLoader(own);
        }
        assertThat(seen).succeedsWithin(LONG).isSameAs(own);
    }
}
