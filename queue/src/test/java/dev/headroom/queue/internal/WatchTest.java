package dev.headroom.queue.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class WatchTest {
    @Test
    void goesOnAfterAnErrorThatIsNoRunsFault() throws Exception {
        AtomicBoolean first = new AtomicBoolean(true);
        AtomicInteger looks = new AtomicInteger();
        Watch watch = new Watch(
                "queue",
                new Lease(Duration.ofMinutes(1)),
                () -> {
                    if (first.getAndSet(false)) {
                        throw new AssertionError("no thread for a cancellation");
                    }
                    return Stream.of();
                },
                () -> {},
                now -> looks.incrementAndGet());
        Thread thread = new Thread(watch);
        thread.start();
        await().atMost(Duration.ofSeconds(20)).until(() -> looks.get() > 0);
        watch.stop();
        thread.join(20_000);
        assertThat(thread.isAlive()).isFalse();
    }
}
