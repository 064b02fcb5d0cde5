package dev.headroom.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ManualClockTest {

    private final ManualClock clock = new ManualClock(Instant.parse("2026-03-01T12:00:00Z"));
    private final List<String> ran = new ArrayList<>();

    @Test
    void standsStillUntilAdvanced() {
        assertThat(clock.instant()).isEqualTo(Instant.parse("2026-03-01T12:00:00Z"));
        long before = clock.nanoTime();
        clock.advance(Duration.ofMillis(1500));
        assertThat(clock.nanoTime() - before).isEqualTo(1_500_000_000L);
        assertThat(clock.instant()).isEqualTo(Instant.parse("2026-03-01T12:00:01.500Z"));
    }

    @Test
    void settingTheWallClockLeavesTheMonotoneOneAlone() {
        clock.advance(Duration.ofSeconds(1));
        clock.set(Instant.EPOCH);
        assertThat(clock.instant()).isEqualTo(Instant.EPOCH);
        assertThat(clock.nanoTime()).isEqualTo(1_000_000_000L);
    }

    @Test
    void clockOfAnotherZoneShowsTheSameTime() {
        Clock tokyo = clock.withZone(ZoneId.of("Asia/Tokyo"));
        clock.advance(Duration.ofDays(1));
        assertThat(tokyo.instant()).isEqualTo(clock.instant());
        assertThat(tokyo.getZone()).isEqualTo(ZoneId.of("Asia/Tokyo"));
    }

    @Test
    void tasksRunAtTheirTimesInOrder() {
        clock.scheduler().schedule(() -> note("late"), 20, TimeUnit.SECONDS);
        clock.scheduler().schedule(() -> note("early"), 10, TimeUnit.SECONDS);
        clock.scheduler().execute(() -> note("now"));
        assertThat(ran).isEmpty();
        clock.advance(Duration.ZERO);
        assertThat(ran).containsExactly("now 12:00:00");
        clock.advance(Duration.ofSeconds(15));
        assertThat(ran).containsExactly("now 12:00:00", "early 12:00:10");
        clock.advance(Duration.ofSeconds(15));
        assertThat(ran).containsExactly("now 12:00:00", "early 12:00:10", "late 12:00:20");
        assertThat(clock.scheduler().pending()).isZero();
    }

    @Test
    void periodicTaskRunsOncePerPeriodUntilItThrows() {
        clock.scheduler()
                .scheduleAtFixedRate(
                        () -> {
                            note("tick");
                            if (ran.size() == 3) {
                                throw new IllegalStateException("enough");
                            }
                        },
                        1,
                        2,
                        TimeUnit.SECONDS);
        clock.advance(Duration.ofSeconds(60));
        assertThat(ran).containsExactly("tick 12:00:01", "tick 12:00:03", "tick 12:00:05");
    }

    @Test
    void cancelledTaskDoesNotRun() {
        Future<?> periodic = clock.scheduler().scheduleWithFixedDelay(() -> note("tick"), 1, 1, TimeUnit.SECONDS);
        clock.advance(Duration.ofSeconds(1));
        periodic.cancel(false);
        clock.advance(Duration.ofSeconds(10));
        assertThat(ran).hasSize(1);
    }

    @Test
    void failureOfATaskIsInItsFuture() {
        Future<String> failing = clock.scheduler()
                .schedule(
                        () -> {
                            throw new IllegalStateException("broken");
                        },
                        1,
                        TimeUnit.SECONDS);
        clock.advance(Duration.ofSeconds(1));
        assertThatThrownBy(failing::get).isInstanceOf(ExecutionException.class).hasRootCauseMessage("broken");
    }

    @Test
    void shutDownSchedulerForgetsItsTasksAndRejectsNewOnes() {
        clock.scheduler().schedule(() -> note("never"), 1, TimeUnit.SECONDS);
        clock.scheduler().shutdown();
        clock.advance(Duration.ofSeconds(2));
        assertThat(ran).isEmpty();
        assertThatThrownBy(() -> clock.scheduler().execute(() -> note("never")))
                .isInstanceOf(RejectedExecutionException.class);
    }

    @Test
    void doesNotGoBackwards() {
        assertThatThrownBy(() -> clock.advance(Duration.ofNanos(-1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("advance: PT-0.000000001S (expected: >= 0");
    }

    private void note(String what) {
        ran.add(what + " " + clock.instant().toString().substring(11, 19));
    }
}
