package dev.headroom.throttle.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.testkit.ManualClock;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class CpuLoadTest {
    private final ManualClock clock = new ManualClock();
    private final AtomicLong used = new AtomicLong();

    @Test
    void isTheShareOfAllProcessorsMeasuredOnceASecond() {
        CpuLoad cpu = new CpuLoad(clock::nanoTime, used::get, () -> 4);
        assertThat(cpu.read()).isNaN();

        clock.advance(Duration.ofSeconds(2));
        used.addAndGet(Duration.ofSeconds(2).toNanos());
        assertThat(cpu.read()).isEqualTo(0.25, Offset.offset(1e-9));

        clock.advance(Duration.ofMillis(999));
        used.addAndGet(Duration.ofSeconds(4).toNanos());
        assertThat(cpu.read()).isEqualTo(0.25, Offset.offset(1e-9));
        clock.advance(Duration.ofMillis(1));
        assertThat(cpu.read()).isEqualTo(1, Offset.offset(1e-9));
    }

    @Test
    void isUnknownWhereTheJvmDoesNotTell() {
        used.set(-1);
        CpuLoad cpu = new CpuLoad(clock::nanoTime, used::get, () -> 4);
        clock.advance(Duration.ofSeconds(2));

        assertThat(cpu.read()).isNaN();
    }

    @Test
    void readsThisProcess() {
        CpuLoad cpu = new CpuLoad(clock::nanoTime);
        clock.advance(Duration.ofSeconds(3_600));

        assertThat(cpu.read()).isBetween(0.0, 1.0);
    }
}
