package dev.headroom.queue.internal;

import dev.headroom.load.Criticality;
import dev.headroom.load.LoadAdvice;
import dev.headroom.load.LoadFeedback;
import dev.headroom.load.LoadSignal;
import dev.headroom.load.SignalLoadFeedback;
import java.util.Map;
import java.util.function.Supplier;

/**
 * What load feedback says to jobs of each criticality. The queue's own signals say that work waits; they ask others to send less, and must
 * never keep the workers from what would relieve them. When one of them decides, the advice is taken from all other signals. Thread-safe.
 */
final class LoadGate {
    private static final Criticality[] ALL = Criticality.values();

    private final Supplier<LoadFeedback> feedback;
    private final String ownPrefix;
    private final SignalLoadFeedback others = new SignalLoadFeedback();

    LoadGate(Supplier<LoadFeedback> feedback, String ownPrefix) {
        this.feedback = feedback;
        this.ownPrefix = ownPrefix;
        others.register(LoadSignal.of("others", this::pressureOfOthers));
    }

    /** The share of full speed, by criticality. */
    double[] factors() {
        double[] factors = new double[ALL.length];
        for (Criticality criticality : ALL) {
            factors[criticality.ordinal()] = factor(criticality);
        }
        return factors;
    }

    private double factor(Criticality criticality) {
        LoadAdvice advice = feedback.get().advise(criticality);
        return advice.cause().startsWith(ownPrefix) ? others.advise(criticality).factor() : advice.factor();
    }

    private double pressureOfOthers() {
        double worst = Double.NaN;
        for (Map.Entry<String, Double> signal : feedback.get().pressures().entrySet()) {
            double pressure = signal.getValue();
            if (!signal.getKey().startsWith(ownPrefix) && !Double.isNaN(pressure)) {
                worst = Double.isNaN(worst) ? pressure : Math.max(worst, pressure);
            }
        }
        return worst;
    }
}
