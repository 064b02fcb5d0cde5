package dev.headroom.throttle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.load.Criticality;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GateSimulationTest {
    @Test
    void nothingIsDoneInTimeWithoutTheGate() {
        Simulation open = new Simulation(1, Gate.Mode.OFF).load(3);
        open.run(2);
        open.run(10);

        assertThat(open.goodput()).isLessThan(0.05 * 10 * Simulation.CAPACITY);
    }

    @Test
    void refusesNextToNothingBelowCapacity() {
        Simulation calm = new Simulation(2, Gate.Mode.ENFORCE).load(0.7).run(20);

        assertThat(calm.served(Criticality.CRITICAL)).isGreaterThan(0.999);
        assertThat(calm.served(Criticality.SHEDDABLE)).isGreaterThan(0.97);
    }

    @ParameterizedTest
    @ValueSource(longs = {3, 4, 5})
    void keepsGoodputAndTheOrderOfSheddingAtThreeTimesTheCapacity(long seed) {
        Simulation storm = new Simulation(seed, Gate.Mode.ENFORCE).load(3);
        storm.run(2);
        storm.run(20);

        assertThat(storm.goodput()).isGreaterThan(0.95 * 20 * Simulation.CAPACITY);
        assertThat(storm.served(Criticality.CRITICAL)).isGreaterThan(0.98);
        assertThat(storm.served(Criticality.SHEDDABLE_PLUS)).isBetween(0.5, 0.9);
        assertThat(storm.served(Criticality.SHEDDABLE)).isLessThan(0.15);
    }

    @ParameterizedTest
    @ValueSource(longs = {6, 7})
    void servesCriticalWorkThoughItAloneFillsTheCapacity(long seed) {
        Simulation flood = new Simulation(seed, Gate.Mode.ENFORCE).load(10);
        flood.run(2);
        flood.run(20);

        assertThat(flood.goodput()).isGreaterThan(0.9 * 20 * Simulation.CAPACITY);
        assertThat(flood.served(Criticality.CRITICAL)).isGreaterThan(0.85);
        assertThat(flood.served(Criticality.SHEDDABLE)).isLessThan(0.02);
    }

    @Test
    void keepsGoodputWhenAllIsEquallyCritical() {
        Simulation equal = new Simulation(8, Gate.Mode.ENFORCE).mix(1, 0, 0).load(3);
        equal.run(2);
        equal.run(60);

        assertThat(equal.goodput()).isGreaterThan(0.95 * 60 * Simulation.CAPACITY);
    }

    @Test
    void recoversWhenTheLoadDrops() {
        Simulation spike = new Simulation(9, Gate.Mode.ENFORCE).load(0.7);
        spike.run(5);
        spike.load(10).run(10);
        spike.load(0.7).run(1);
        assertThat(spike.goodput()).isGreaterThan(0.8 * 0.7 * Simulation.CAPACITY);

        spike.run(10);
        assertThat(spike.served(Criticality.CRITICAL)).isGreaterThan(0.999);
        assertThat(spike.served(Criticality.SHEDDABLE)).isGreaterThan(0.97);
    }

    @Test
    void followsAResourceThatBecomesSlowAndQuickAgain() {
        Simulation changing = new Simulation(10, Gate.Mode.ENFORCE).load(0.8);
        changing.run(5);

        changing.slowness(5).run(3);
        changing.run(10);
        assertThat(changing.goodput()).isGreaterThan(0.85 * 10 * Simulation.CAPACITY / 5);
        assertThat(changing.served(Criticality.CRITICAL)).isGreaterThan(0.9);

        changing.slowness(1).run(2);
        changing.run(10);
        assertThat(changing.served(Criticality.SHEDDABLE)).isGreaterThan(0.95);
    }

    @Test
    void doesNotLetALastingOverloadBecomeTheBaseline() {
        Simulation lasting = new Simulation(11, Gate.Mode.ENFORCE).mix(1, 0, 0).load(3);
        lasting.run(60);
        int after = lasting.gate.snapshot().limit();
        lasting.run(600);

        assertThat(lasting.gate.snapshot().limit()).isLessThan(3 * after).isLessThan(100);
        assertThat(lasting.goodput()).isGreaterThan(0.95 * 600 * Simulation.CAPACITY);
    }

    @Test
    void observingRefusesNothingAndCountsWhatItWouldHave() {
        Simulation watched = new Simulation(12, Gate.Mode.OBSERVE).load(3).run(5);
        GateSnapshot seen = watched.gate.snapshot();

        assertThat(seen.refused().values()).allMatch(count -> count == 0);
        assertThat(seen.wouldHaveRefused().get(Criticality.SHEDDABLE)).isPositive();
        assertThat(watched.gate.pressure()).isNaN();
    }
}
