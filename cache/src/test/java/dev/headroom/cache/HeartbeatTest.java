package dev.headroom.cache;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class HeartbeatTest {
    @Test
    void nothingIsStoredWhileASignOfLifeIsUnderWay() throws Exception {
        CountDownLatch beating = new CountDownLatch(1);
        CountDownLatch storing = new CountDownLatch(1);
        AtomicBoolean both = new AtomicBoolean();
        WatchedTier tier = new WatchedTier(operation -> {
            if (operation.equals("heartbeatAll")) {
                beating.countDown();
                both.set(reached(storing, Duration.ofMillis(500)));
            } else if (operation.equals("storeIf")) {
                storing.countDown();
            }
        });
        try (Caches caches =
                Caches.builder().shared(tier).journalEvery(Duration.ZERO).build()) {
            Cache<String, String> cache = caches.cache("c", String.class, String.class);
            assertThat(cache.get("k", key -> {
                        assertThat(beating.await(30, TimeUnit.SECONDS)).isTrue();
                        return "1";
                    }))
                    .isEqualTo("1");
        }
        assertThat(tier.asked).contains("heartbeatAll").endsWith("storeIf");
        assertThat(both).as("a heartbeat and the store at the same time").isFalse();
    }

    private static boolean reached(CountDownLatch latch, Duration within) {
        try {
            return latch.await(within.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
