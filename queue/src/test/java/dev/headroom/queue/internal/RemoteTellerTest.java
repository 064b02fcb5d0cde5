package dev.headroom.queue.internal;

import static org.awaitility.Awaitility.await;

import dev.headroom.queue.spi.RemoteWakeUp;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class RemoteTellerTest {
    @Test
    void goesOnAfterAnErrorOfWhatTellsOthers() {
        AtomicInteger told = new AtomicInteger();
        RemoteTeller teller = new RemoteTeller("queue", new RemoteWakeUp() {
            @Override
            public void tell() {
                if (told.incrementAndGet() == 1) {
                    throw new AssertionError("broken");
                }
            }

            @Override
            public void listen(Runnable heard) {}
        });
        teller.signal();
        await().atMost(Duration.ofSeconds(20)).until(() -> told.get() == 1);
        teller.signal();
        await().atMost(Duration.ofSeconds(20)).until(() -> told.get() == 2);
        teller.close();
    }
}
