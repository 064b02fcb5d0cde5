package dev.headroom.queue.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class LanesSeenTest {
    private final AtomicLong clock = new AtomicLong();
    private final LanesSeen lanes = new LanesSeen(clock::get);

    @Test
    void lapsesAMinuteAfterTheLastLane() {
        assertThat(lanes.wantsLook("queue")).isTrue();
        lanes.looked("queue", true);
        assertThat(lanes.wantsLook("queue")).isFalse();
        assertThat(lanes.any("queue")).isTrue();
        clock.addAndGet(Duration.ofSeconds(59).toNanos());
        assertThat(lanes.wantsLook("queue")).isTrue();
        lanes.looked("queue", false);
        assertThat(lanes.any("queue")).isTrue();
        clock.addAndGet(Duration.ofSeconds(1).toNanos());
        assertThat(lanes.any("queue")).isFalse();
    }
}
