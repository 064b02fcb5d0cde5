package dev.headroom.cache.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.cache.spi.Backplane;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class OutboxTest {
    /** Which it should not: publishing is to be bounded. */
    @Test
    void closesThoughTheBackplaneHangs() throws Exception {
        CountDownLatch closed = new CountDownLatch(1);
        CountDownLatch back = new CountDownLatch(1);
        Backplane hangs = new Backplane() {
            private boolean failed;

            @Override
            public void publish(String node, String message) {
                if (!failed) {
                    failed = true;
                    throw new IllegalStateException("down");
                }
                try {
                    back.await();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            }

            @Override
            public void subscribe(Listener listener) {}

            @Override
            public void close() {
                closed.countDown();
            }
        };
        Outbox outbox = new Outbox(hangs, "lost");
        outbox.publish("a", "dropped");
        CompletableFuture<Void> closing = CompletableFuture.runAsync(outbox::close);
        try {
            closing.get(30, TimeUnit.SECONDS);
            assertThat(closed.getCount()).isZero();
        } finally {
            back.countDown();
        }
    }
}
