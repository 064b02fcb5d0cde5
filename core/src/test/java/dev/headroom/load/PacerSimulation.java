package dev.headroom.load;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * A pacer in a loop with a plant, on a virtual clock: work at full rate causes the pressure {@code gain}, others cause the background,
 * and the pressure that a sensor shows follows their sum with a first-order lag.
 */
final class PacerSimulation {
    private static final double TICK = 0.01;
    private static final double MAXIMUM = 2_000;

    private final double gain;
    private final double lag;
    private final Pacer pacer;
    private final List<Point> points = new ArrayList<>();
    private double background;
    private double pressure;
    private long nanos;

    record Point(double at, double pressure, double rate) {}

    PacerSimulation(double gain, double lag) {
        this.gain = gain;
        this.lag = lag;
        SignalLoadFeedback feedback = new SignalLoadFeedback(Duration.ofMillis(50), () -> nanos);
        feedback.register(LoadSignal.of("plant", () -> pressure));
        pacer = Pacer.builder("simulated", feedback)
                .maximumRate(MAXIMUM)
                .nanoClock(() -> nanos)
                .build();
    }

    /** Runs with this background. */
    PacerSimulation run(double seconds, double background) {
        this.background = background;
        for (int tick = 0; tick < seconds / TICK; tick++) {
            nanos += (long) (TICK * 1e9);
            int done = 0;
            while (pacer.tryAcquire()) {
                done++;
            }
            double caused = gain * done / TICK / MAXIMUM + this.background;
            pressure += (caused - pressure) * (1 - Math.exp(-TICK / lag));
            points.add(new Point(nanos / 1e9, pressure, pacer.rate() / MAXIMUM));
        }
        return this;
    }

    List<Point> between(double from, double to) {
        return points.stream()
                .filter(point -> point.at > from && point.at <= to)
                .toList();
    }

    Point last() {
        return points.get(points.size() - 1);
    }

    /** How often the rate turned from growing to falling or back. */
    int turns(double from, double to) {
        int turns = 0;
        double direction = 0;
        List<Point> some = between(from, to);
        for (int i = 1; i < some.size(); i++) {
            double change = Math.signum(some.get(i).rate - some.get(i - 1).rate);
            if (change != 0) {
                turns += direction != 0 && change != direction ? 1 : 0;
                direction = change;
            }
        }
        return turns;
    }
}
