package dev.headroom.throttle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headroom.Contracts;
import dev.headroom.background.LocalBackground;
import dev.headroom.config.ConfigurationException;
import dev.headroom.consistency.Consistency;
import dev.headroom.load.Criticality;
import dev.headroom.load.LoadSignal;
import dev.headroom.load.SignalLoadFeedback;
import dev.headroom.meter.Meters;
import dev.headroom.meter.Readings;
import dev.headroom.testkit.ManualClock;
import dev.headroom.transaction.Transactions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class GateTest {
    private final ManualClock clock = new ManualClock();

    private GateBuilder fixed(int limit) {
        return Gate.builder("test")
                .minimumLimit(limit)
                .initialLimit(limit)
                .maximumLimit(limit)
                .nanoClock(clock::nanoTime);
    }

    private static List<Long> fill(Gate gate, Criticality criticality) {
        List<Long> permits = new ArrayList<>();
        for (long permit = gate.tryEnter(criticality); permit != 0; permit = gate.tryEnter(criticality)) {
            permits.add(permit);
        }
        return permits;
    }

    @Test
    void keepsPlacesForTheMoreCritical() {
        Gate gate = fixed(100).build();

        assertThat(fill(gate, Criticality.SHEDDABLE)).hasSize(70);
        assertThat(fill(gate, Criticality.SHEDDABLE_PLUS)).hasSize(15);
        assertThat(fill(gate, Criticality.CRITICAL)).hasSize(15);
        assertThat(gate.pressure()).isEqualTo(1);
        assertThat(fill(gate, Criticality.CRITICAL_PLUS)).hasSize(20);
    }

    @Test
    void countsOnlyTheFirstReturnOfAPermit() {
        Gate gate = fixed(10).build();
        long first = gate.tryEnter(Criticality.CRITICAL);
        gate.leave(first, Gate.Outcome.SUCCESS);
        long second = gate.tryEnter(Criticality.CRITICAL);

        gate.leave(first, Gate.Outcome.SUCCESS);
        gate.leave(0, Gate.Outcome.SUCCESS);
        gate.leave(-1, Gate.Outcome.SUCCESS);
        gate.leave(Long.MAX_VALUE, Gate.Outcome.SUCCESS);

        assertThat(second).isNotEqualTo(first);
        assertThat(gate.snapshot().inFlight()).isEqualTo(1);
    }

    @Test
    void losesNoPermitWhateverIsDone() {
        long seed = 20_26;
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        Gate gate = Gate.builder("test")
                .minimumLimit(2)
                .maximumLimit(50)
                .nanoClock(clock::nanoTime)
                .build();
        List<Long> out = new ArrayList<>();
        List<Long> returned = new ArrayList<>();
        for (int i = 0; i < 60_000; i++) {
            switch (random.nextInt(5)) {
                case 0, 1 -> {
                    long permit = gate.tryEnter(Criticality.values()[random.nextInt(4)]);
                    if (permit > 0) {
                        out.add(permit);
                    }
                }
                case 2 -> clock.advance(Duration.ofNanos(random.nextInt(5_000_000)));
                case 3 -> {
                    if (!out.isEmpty()) {
                        long permit = out.remove(random.nextInt(out.size()));
                        gate.leave(permit, Gate.Outcome.values()[random.nextInt(3)]);
                        returned.add(permit);
                    }
                }
                default -> {
                    if (!returned.isEmpty()) {
                        gate.leave(returned.get(random.nextInt(returned.size())), Gate.Outcome.SUCCESS);
                    }
                    if (random.nextInt(1_000) == 0) {
                        gate.mode(Gate.Mode.values()[random.nextInt(3)]);
                    }
                }
            }
            assertThat(gate.snapshot().inFlight()).isEqualTo(out.size());
        }
        out.forEach(permit -> gate.leave(permit, Gate.Outcome.SUCCESS));
        assertThat(gate.snapshot().inFlight()).isZero();
        assertThat(returned).doesNotHaveDuplicates();
    }

    @Test
    void neverLetsMoreInThanTheLimitWhenManyThreadsCome() throws InterruptedException {
        Gate gate = fixed(7).build();
        AtomicInteger inside = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        ExecutorService threads = Executors.newFixedThreadPool(8);
        CountDownLatch done = new CountDownLatch(8);
        for (int t = 0; t < 8; t++) {
            threads.execute(() -> {
                for (int i = 0; i < 50_000; i++) {
                    long one = gate.tryEnter(Criticality.CRITICAL);
                    long two = gate.tryEnter(Criticality.CRITICAL);
                    int held = (one != 0 ? 1 : 0) + (two != 0 ? 1 : 0);
                    most.accumulateAndGet(inside.addAndGet(held), Math::max);
                    inside.addAndGet(-held);
                    gate.leave(two, Gate.Outcome.SUCCESS);
                    gate.leave(one, Gate.Outcome.SUCCESS);
                    gate.leave(one, Gate.Outcome.SUCCESS);
                }
                done.countDown();
            });
        }

        assertThat(done.await(60, TimeUnit.SECONDS)).isTrue();
        threads.shutdown();
        assertThat(most.get()).isLessThanOrEqualTo(7);
        assertThat(gate.snapshot().inFlight()).isZero();
        assertThat(fill(gate, Criticality.CRITICAL)).hasSize(7);
    }

    @Test
    void switchedOffItLooksAtNothing() {
        Gate gate = Gate.builder("test").nanoClock(clock::nanoTime).build();
        gate.mode(Gate.Mode.OFF);
        Gate blind = Gate.builder("test")
                .mode(Gate.Mode.OFF)
                .nanoClock(new CountingClock(2))
                .build();

        for (int i = 0; i < 10_000; i++) {
            assertThat(gate.tryEnter(Criticality.SHEDDABLE)).isNotZero();
            blind.leave(blind.tryEnter(Criticality.SHEDDABLE), Gate.Outcome.SUCCESS);
        }
        assertThat(gate.snapshot().inFlight()).isZero();
        assertThat(gate.snapshot().admitted().get(Criticality.SHEDDABLE)).isZero();
    }

    @Test
    void obeysTheLoadFeedback() {
        double[] pressure = {0};
        SignalLoadFeedback feedback = new SignalLoadFeedback(Duration.ofMillis(1), clock::nanoTime);
        feedback.register(LoadSignal.of("lag", () -> pressure[0]));
        Gate gate = fixed(1_000).load(feedback).build();

        pressure[0] = 0.85;
        clock.advance(Duration.ofMillis(1));
        int admitted = 0;
        for (int i = 0; i < 1_000; i++) {
            admitted += gate.tryEnter(Criticality.SHEDDABLE) == 0 ? 0 : 1;
        }
        assertThat(admitted).isBetween(499, 501);

        pressure[0] = 1.1;
        clock.advance(Duration.ofMillis(1));
        assertThat(gate.tryEnter(Criticality.SHEDDABLE)).isZero();
        assertThat(gate.tryEnter(Criticality.CRITICAL)).isNotZero();
    }

    @Test
    void blamesBusyProcessorsOnRequestsOnlyWhenManyAreInFlight() {
        SignalLoadFeedback feedback = new SignalLoadFeedback(Duration.ofMillis(1), clock::nanoTime);
        feedback.register(LoadSignal.of("cpu", () -> 1.0));
        feedback.register(LoadSignal.of("throttle.concurrency", () -> 1.0));
        Throttle throttle = Throttle.builder()
                .gate(options -> options.minimumLimit(100)
                        .initialLimit(100)
                        .maximumLimit(100)
                        .nanoClock(clock::nanoTime))
                .build();
        throttle.connect(new Contracts(
                Meters.none(),
                Readings.none(),
                feedback,
                Consistency.none(),
                Transactions.immediate(),
                LocalBackground.create()));
        clock.advance(Duration.ofMillis(1));
        Gate gate = throttle.gate();

        for (int i = 0; i < 60; i++) {
            assertThat(gate.tryEnter(Criticality.SHEDDABLE)).isNotZero();
        }
        assertThat(gate.tryEnter(Criticality.SHEDDABLE)).isZero();
        assertThat(gate.tryEnter(Criticality.CRITICAL)).isNotZero();
    }

    @Test
    void callsWithinTheGateOrSaysWhyNot() throws Exception {
        Gate gate = fixed(1).build();

        assertThat(gate.call(Criticality.CRITICAL, () -> "done")).isEqualTo("done");
        assertThatThrownBy(() -> gate.call(Criticality.CRITICAL, () -> {
                    throw new StackOverflowError("deep");
                }))
                .isInstanceOf(StackOverflowError.class);
        assertThat(gate.snapshot().inFlight()).isZero();

        gate.tryEnter(Criticality.CRITICAL);
        assertThatThrownBy(() -> gate.call(Criticality.CRITICAL, () -> "never"))
                .isInstanceOfSatisfying(ShedException.class, shed -> {
                    assertThat(shed.criticality()).isEqualTo(Criticality.CRITICAL);
                    assertThat(shed.snapshot().inFlight()).isEqualTo(1);
                    assertThat(shed.getStackTrace()).isEmpty();
                })
                .hasMessage("gate test refused CRITICAL (limit=1, inFlight=1)");
    }

    @Test
    void lowersTheLimitWhenBusyWorkIsDropped() {
        Gate gate = Gate.builder("test")
                .minimumLimit(10)
                .initialLimit(100)
                .maximumLimit(100)
                .nanoClock(clock::nanoTime)
                .build();
        List<Long> permits = fill(gate, Criticality.CRITICAL);
        clock.advance(Duration.ofMillis(60));
        permits.forEach(permit -> gate.leave(permit, Gate.Outcome.DROPPED));

        assertThat(gate.snapshot().limit()).isEqualTo(90);
    }

    @Test
    void keepsItsLimitWhileFewSlowUploadsRunBesideQuickPages() {
        Gate gate = Gate.builder("test")
                .minimumLimit(40)
                .initialLimit(80)
                .nanoClock(clock::nanoTime)
                .build();
        for (int round = 0; round < 200; round++) {
            List<Long> uploads = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                uploads.add(gate.tryEnter(Criticality.CRITICAL));
            }
            for (int i = 0; i < 100; i++) {
                long page = gate.tryEnter(Criticality.CRITICAL);
                clock.advance(Duration.ofMillis(5));
                gate.leave(page, Gate.Outcome.SUCCESS);
            }
            clock.advance(Duration.ofSeconds(4));
            uploads.forEach(upload -> gate.leave(upload, Gate.Outcome.SUCCESS));
            assertThat(uploads).doesNotContain(0L);
        }

        assertThat(gate.snapshot().limit()).isEqualTo(80);
        assertThat(gate.snapshot().refused().values()).allMatch(count -> count == 0);
    }

    @Test
    void refusesLimitsThatAreOutOfOrder() {
        assertThatThrownBy(() ->
                        Gate.builder("a").minimumLimit(50).maximumLimit(20).build())
                .isInstanceOf(ConfigurationException.class)
                .hasMessage("minimumLimit: 50 (expected: <= maximumLimit (20))");
        assertThatThrownBy(
                        () -> Gate.builder("a").minimumLimit(5).initialLimit(3).build())
                .isInstanceOf(ConfigurationException.class)
                .hasMessage("initialLimit: 3 (expected: minimumLimit (5) to maximumLimit (1000))");
    }

    /** Fails when it is asked more often than this. */
    private static final class CountingClock implements java.util.function.LongSupplier {
        private int left;

        CountingClock(int left) {
            this.left = left;
        }

        @Override
        public long getAsLong() {
            if (left-- == 0) {
                throw new IllegalStateException("the clock was asked");
            }
            return 0;
        }
    }
}
