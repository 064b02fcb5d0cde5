package dev.headroom.queue.scale;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headroom.config.ConfigurationException;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ScalePolicyTest {
    private static final ZonedDateTime NOW = ZonedDateTime.parse("2026-03-02T12:00:00Z");
    private static final Duration OLD = Duration.ofHours(5);
    private static final Set<DayOfWeek> WEEKDAYS = EnumSet.range(DayOfWeek.MONDAY, DayOfWeek.FRIDAY);

    /** Goes by the length alone. */
    private final ScalePolicy byLength = ScalePolicy.builder().freePerBusy(0).build();

    private static ClusterLoad load(double length, double busy, Duration... up) {
        List<ClusterLoad.Node> nodes = new ArrayList<>();
        for (Duration each : up) {
            nodes.add(new ClusterLoad.Node("node" + nodes.size(), 4, each));
        }
        return new ClusterLoad(length, 0, busy, 4 * nodes.size() - busy, nodes);
    }

    private ScaleAdvice byLength(double length, Duration... up) {
        return byLength.decide(load(length, 0, up), List.of(), NOW);
    }

    @Test
    void launchesAboveTheUpperThresholdAndNotAtIt() {
        assertThat(byLength(20, OLD).action()).isEqualTo(ScaleAction.HOLD);
        assertThat(byLength(21, OLD)).satisfies(advice -> {
            assertThat(advice.action()).isEqualTo(ScaleAction.LAUNCH);
            assertThat(advice.servers()).isOne();
            assertThat(advice.reason()).isEqualTo("21 jobs wait, more than 20");
        });
    }

    @Test
    void terminatesBelowTheLowerThresholdWhatWasLaunchedLastAndIsOldEnough() {
        Duration justLong = Duration.ofSeconds(2700);
        assertThat(byLength(5, OLD, OLD).action()).isEqualTo(ScaleAction.HOLD);
        assertThat(byLength(4, OLD, justLong).action()).isEqualTo(ScaleAction.HOLD);
        ScaleAdvice advice = byLength(4, OLD, OLD, justLong.plusSeconds(1));
        assertThat(advice.action()).isEqualTo(ScaleAction.TERMINATE);
        assertThat(advice.servers()).isOne();
        assertThat(advice.node()).isEqualTo("node2");
    }

    @Test
    void hasNoMoreThanSoManyExtraServersAndNoFewerThanTheFloor() {
        assertThat(byLength(1_000, OLD, OLD, OLD))
                .extracting(ScaleAdvice::action, ScaleAdvice::reason)
                .containsExactly(ScaleAction.HOLD, "1000 jobs wait, more than 20, but there are 2 extra servers");
        assertThat(byLength(0, OLD).action()).isEqualTo(ScaleAction.HOLD);
    }

    @Test
    void waitsForServersThatBootUntilTheyMustHaveFailed() {
        Duration boot = byLength.options().bootTime();
        ClusterLoad load = load(1_000, 4, OLD);
        assertThat(byLength.decide(load, List.of(boot), NOW).action()).isEqualTo(ScaleAction.HOLD);
        assertThat(byLength.decide(load, List.of(boot.plusSeconds(1)), NOW).action())
                .isEqualTo(ScaleAction.LAUNCH);
    }

    @Test
    void waitsForTheAveragesAndForAQueueThatWillBeEmptyBeforeANewServerCouldHelp() {
        assertThat(byLength(1_000, OLD, Duration.ofSeconds(59)).action()).isEqualTo(ScaleAction.HOLD);
        assertThat(byLength(1_000, OLD, Duration.ofSeconds(60)).action()).isEqualTo(ScaleAction.LAUNCH);
        ClusterLoad still = load(1_000, 4, OLD);
        ClusterLoad emptying = new ClusterLoad(1_000, -100, still.busy(), still.free(), still.nodes());
        assertThat(byLength.decide(emptying, List.of(), NOW).reason())
                .endsWith("but a new server would find the queue empty");
        ClusterLoad slowly = new ClusterLoad(1_000, -99, still.busy(), still.free(), still.nodes());
        assertThat(byLength.decide(slowly, List.of(), NOW).action()).isEqualTo(ScaleAction.LAUNCH);
    }

    @Test
    void keepsFreeWorkersInProportionToBusyOnesAndDoesNothingWithinTheDeadBand() {
        ScalePolicy policy = ScalePolicy.builder().mostExtra(10).mostAtOnce(3).build();
        // 8 workers. At a ratio of 0.25 with a dead band of 0.15: too few free below 0.1, too many above 0.4.
        assertThat(policy.decide(load(0, 7.2, OLD, OLD), List.of(), NOW).action())
                .isEqualTo(ScaleAction.HOLD);
        assertThat(policy.decide(load(0, 7.4, OLD, OLD), List.of(), NOW))
                .extracting(ScaleAdvice::action, ScaleAdvice::servers, ScaleAdvice::reason)
                .containsExactly(ScaleAction.LAUNCH, 1, "0.6 workers are free for 7.4 busy ones");
        assertThat(policy.decide(load(0, 32, OLD, OLD, OLD, OLD, OLD, OLD, OLD, OLD), List.of(), NOW)
                        .servers())
                .as("a quarter of 32 is two servers")
                .isEqualTo(2);
        assertThat(policy.decide(load(0, 2.9, OLD, OLD), List.of(), NOW).action())
                .as("the one that is left would have 1.1 free")
                .isEqualTo(ScaleAction.HOLD);
        assertThat(policy.decide(load(0, 2.8, OLD, OLD), List.of(), NOW).action())
                .isEqualTo(ScaleAction.TERMINATE);
    }

    @Test
    void theCalendarsFloorFollowsTheClocksOfItsZoneThroughSummerTime() {
        ScalePolicy policy = ScalePolicy.builder()
                .floor(2)
                .floor(WEEKDAYS, LocalTime.of(8, 0), LocalTime.of(21, 0), 3)
                .zone(ZoneId.of("America/Montreal"))
                .build();
        // Friday in winter: UTC-5. Monday after the change: UTC-4.
        assertThat(floor(policy, "2026-03-06T12:59:59Z")).isEqualTo(2);
        assertThat(floor(policy, "2026-03-06T13:00:00Z")).isEqualTo(3);
        assertThat(floor(policy, "2026-03-07T15:00:00Z")).as("Saturday").isEqualTo(2);
        assertThat(floor(policy, "2026-03-09T11:59:59Z")).isEqualTo(2);
        assertThat(floor(policy, "2026-03-09T12:00:00Z")).isEqualTo(3);
        assertThat(floor(policy, "2026-03-10T01:00:00Z")).as("21:00").isEqualTo(2);
        ScaleAdvice advice = policy.decide(
                load(0, 0, OLD), List.of(Duration.ofMinutes(1)), ZonedDateTime.parse("2026-03-09T12:00:00Z"));
        assertThat(advice.action()).isEqualTo(ScaleAction.LAUNCH);
        assertThat(advice.servers()).as("one is there and one boots").isOne();
    }

    private static int floor(ScalePolicy policy, String at) {
        return policy.decide(load(0, 0, OLD, OLD, OLD), List.of(), ZonedDateTime.parse(at))
                .floor();
    }

    @Test
    void refusesThresholdsThatCross() {
        assertThatThrownBy(() ->
                        ScalePolicy.builder().launchAbove(5).terminateBelow(6).build())
                .isInstanceOf(ConfigurationException.class)
                .hasMessage("terminateBelow: 6 (expected: <= launchAbove, 5)");
        assertThatThrownBy(() -> ScalePolicy.builder().freePerBusy(0.1).build())
                .isInstanceOf(ConfigurationException.class)
                .hasMessage("deadBand: 0.15 (expected: <= freePerBusy, 0.1)");
        assertThatThrownBy(() -> ScalePolicy.builder().floor(WEEKDAYS, LocalTime.of(21, 0), LocalTime.of(8, 0), 3))
                .isInstanceOf(ConfigurationException.class)
                .hasMessage("until: 08:00 (expected: after 21:00, or 00:00)");
    }
}
