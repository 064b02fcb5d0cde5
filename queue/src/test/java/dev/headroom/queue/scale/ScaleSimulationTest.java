package dev.headroom.queue.scale;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.ZonedDateTime;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.api.Test;

/**
 * Hours of a cluster, in steps of a second: jobs of 4 s arrive, servers of 4 workers run them, a launched server is at work five minutes
 * later, and the advice is asked for and followed every minute.
 */
class ScaleSimulationTest {
    private static final long SEED = 20_260_302;
    private static final int JOB_SECONDS = 4;
    private static final int WORKERS = 4;
    private static final int BOOT_SECONDS = 300;
    private static final ZonedDateTime NOW = ZonedDateTime.parse("2026-03-02T12:00:00Z");

    private final ScalePolicy policy = ScalePolicy.builder()
            .floor(2)
            .mostExtra(20)
            .mostAtOnce(4)
            .bootTime(Duration.ofSeconds(BOOT_SECONDS))
            .build();
    private final Random random = new Random(SEED);
    private final List<Integer> nodesBegan = new ArrayList<>();
    private final Deque<Integer> launched = new ArrayDeque<>();
    private final Deque<Integer> running = new ArrayDeque<>();
    private final List<String> actions = new ArrayList<>();
    private double owed;
    private double waiting;
    private double waitingBefore;
    private double lengthSum;
    private double busySum;
    private double freeSum;

    private void run(int from, int until, IntToDoubleFunction arrivalsPerSecond, double noise) {
        for (int second = from; second < until; second++) {
            while (!running.isEmpty() && running.getFirst() <= second) {
                running.removeFirst();
            }
            while (!launched.isEmpty() && launched.getFirst() + BOOT_SECONDS <= second) {
                launched.removeFirst();
                nodesBegan.add(second);
            }
            owed += arrivalsPerSecond.applyAsDouble(second) * (1 + noise * random.nextGaussian());
            waiting += Math.floor(Math.max(0, owed));
            owed -= Math.floor(Math.max(0, owed));
            while (waiting >= 1 && running.size() < WORKERS * nodesBegan.size()) {
                waiting--;
                running.addLast(second + JOB_SECONDS);
            }
            lengthSum += waiting;
            busySum += running.size();
            freeSum += WORKERS * nodesBegan.size() - running.size();
            if (second % 60 == 59) {
                follow(second);
            }
        }
    }

    private void follow(int second) {
        List<ClusterLoad.Node> nodes = nodesBegan.stream()
                .map(began -> new ClusterLoad.Node("n" + began, WORKERS, Duration.ofSeconds(second - began)))
                .toList();
        List<Duration> booting =
                launched.stream().map(at -> Duration.ofSeconds(second - at)).toList();
        ScaleAdvice advice = policy.decide(
                new ClusterLoad(lengthSum / 60, waiting - waitingBefore, busySum / 60, freeSum / 60, nodes),
                booting,
                NOW);
        waitingBefore = waiting;
        lengthSum = 0;
        busySum = 0;
        freeSum = 0;
        switch (advice.action()) {
            case LAUNCH -> {
                for (int i = 0; i < advice.servers(); i++) {
                    launched.addLast(second);
                }
                actions.add(second / 60 + " +" + advice.servers());
            }
            case TERMINATE -> {
                nodesBegan.remove(nodesBegan.size() - 1);
                actions.add(second / 60 + " -1");
            }
            case HOLD -> {}
        }
    }

    private void settled(int nodes) {
        for (int i = 0; i < nodes; i++) {
            nodesBegan.add(-100_000);
        }
    }

    @Test
    void noiseWithinTheBandMakesNoServerComeOrGo() {
        settled(8);
        run(0, 8 * 3600, second -> 6.4, 0.3);
        assertThat(actions).as("seed " + SEED).isEmpty();
    }

    @Test
    void aStepOfAFifthIsAbsorbedAndTheQueueIsEmptyAgain() {
        settled(8);
        run(0, 3600, second -> 6.4, 0.1);
        run(3600, 3 * 3600, second -> 6.4 * 1.2, 0.1);
        assertThat(waiting).as("seed " + SEED + ", " + actions).isLessThan(5);
        assertThat(actions)
                .hasSizeLessThanOrEqualTo(2)
                .allSatisfy(action -> assertThat(action).contains("+"));
    }

    @Test
    void servesATripledLoadAndLetsGoOfTheServersOneByOne() {
        settled(4);
        run(0, 3600, second -> 3, 0.1);
        run(3600, 2 * 3600, second -> 9, 0.1);
        assertThat(waiting).as("seed " + SEED + ", " + actions).isLessThan(5);
        int most = nodesBegan.size();
        assertThat(most).isBetween(10, 16);
        assertThat(actions).allSatisfy(action -> assertThat(action).contains("+"));
        int launches = actions.size();
        run(2 * 3600, 6 * 3600, second -> 3, 0.1);
        assertThat(actions.subList(launches, actions.size()))
                .as("one at a time, and none comes back")
                .isNotEmpty()
                .allSatisfy(action -> assertThat(action).endsWith("-1"));
        assertThat(nodesBegan).hasSizeBetween(4, 6);
        assertThat(waiting).isLessThan(5);
    }
}
