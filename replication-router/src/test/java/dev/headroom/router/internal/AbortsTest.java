package dev.headroom.router.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
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
        abortMany(new Aborts("aborted-by-few", Duration.ofHours(1)));
        await().atMost(LONG).until(() -> begun.get() == Aborts.MOST);
        assertThat(threads("aborted-by-few")).isEqualTo(Aborts.MOST);
        go.countDown();
        await().atMost(LONG).until(() -> ended.get() == MANY);
    }

    @Test
    void thoseThatHangKeepNoOtherFromBeingDone() {
        Aborts aborts = new Aborts("aborted-though-some-hang", Duration.ofMillis(20));
        abortMany(aborts);
        await().atMost(LONG).until(() -> begun.get() == MANY);
        assertThat(ended).hasValue(0);
        go.countDown();
        await().atMost(LONG).until(() -> ended.get() == MANY);
        CountDownLatch next = new CountDownLatch(1);
        aborts.run(next::countDown);
        await().atMost(LONG).until(() -> next.await(0, TimeUnit.SECONDS));
    }
}
