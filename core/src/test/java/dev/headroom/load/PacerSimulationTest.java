package dev.headroom.load;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.load.PacerSimulation.Point;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The promise of {@link Pacer}'s Javadoc: a step of load is answered without oscillation, and recovered from. */
class PacerSimulationTest {
    private static final double STEP_AT = 60;
    private static final double STEP_ENDS = 180;
    private static final double END = 300;

    @ParameterizedTest
    @CsvSource({
        // what the work causes at full rate, the sensor's lag in s, what others cause during the step
        "0.3, 0.05, 0.65",
        "0.3, 1.0, 0.65",
        "0.6, 0.05, 0.5",
        "0.6, 0.5, 0.5",
        "0.6, 2.0, 0.5",
        "0.6, 1.0, 0.3",
        "1.0, 0.05, 0.4",
        "1.0, 0.5, 0.4",
        "1.0, 2.0, 0.4",
        "2.0, 0.05, 0.3",
        "2.0, 0.5, 0.5",
        "2.0, 2.0, 0.3",
        "4.0, 0.5, 0.3",
    })
    void settlesAfterAStepAndRecovers(double gain, double lag, double background) {
        PacerSimulation simulation = new PacerSimulation(gain, lag)
                .run(STEP_AT, 0)
                .run(STEP_ENDS - STEP_AT, background)
                .run(END - STEP_ENDS, 0);

        double share = Math.min(1, (0.73 - background) / gain);
        List<Point> settled = simulation.between(STEP_AT + 40, STEP_ENDS);
        assertThat(settled).allSatisfy(point -> assertThat(point.pressure()).isBetween(0.6, 0.82));
        assertThat(settled).allSatisfy(point -> assertThat(point.rate()).isBetween(share * 0.75, share * 1.25));
        assertThat(simulation.turns(STEP_AT, STEP_ENDS)).isLessThanOrEqualTo(4);
        assertThat(simulation.turns(STEP_AT + 40, STEP_ENDS)).isLessThanOrEqualTo(1);

        double free = Math.min(1, 0.73 / gain);
        assertThat(simulation.last().rate()).isBetween(free * 0.8, Math.min(1, free * 1.2));
        assertThat(simulation.turns(STEP_ENDS + 40, END)).isLessThanOrEqualTo(1);
        assertThat(simulation.between(STEP_ENDS, END))
                .allSatisfy(point -> assertThat(point.pressure()).isLessThan(1.2));
    }

    /** Others' load first stops the work and then stays in the band in which the rate holds, or above it. */
    @ParameterizedTest
    @ValueSource(doubles = {0.73, 0.85})
    void resumesUnderASteadyPressureAfterAStop(double background) {
        PacerSimulation simulation = new PacerSimulation(0.6, 0.5).run(30, 1.5);
        assertThat(simulation.last().rate()).isZero();

        simulation.run(60, background);

        assertThat(simulation.last().rate()).isBetween(Pacer.STEP_FIRST, 0.05);
        assertThat(simulation.turns(40, 90)).isLessThanOrEqualTo(1);
    }
}
