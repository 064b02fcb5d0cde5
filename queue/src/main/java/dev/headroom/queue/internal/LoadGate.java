package dev.headroom.queue.internal;

import dev.headroom.load.Criticality;
import dev.headroom.load.LoadFeedback;
import java.util.function.Supplier;

/**
 * What load feedback says to jobs of each criticality. The queue's own signals say that work waits; they ask others to send less, and must
 * never keep the workers from what would relieve them: they are left out. Thread-safe.
 */
final class LoadGate {
    private static final Criticality[] ALL = Criticality.values();

    private final Supplier<LoadFeedback> feedback;
    private final String ownPrefix;
    private volatile Others others = new Others(LoadFeedback.none(), LoadFeedback.none());

    private record Others(LoadFeedback of, LoadFeedback signals) {}

    LoadGate(Supplier<LoadFeedback> feedback, String ownPrefix) {
        this.feedback = feedback;
        this.ownPrefix = ownPrefix;
    }

    /** The share of full speed, by criticality. */
    double[] factors() {
        LoadFeedback signals = others();
        double[] factors = new double[ALL.length];
        for (Criticality criticality : ALL) {
            factors[criticality.ordinal()] = signals.advise(criticality).factor();
        }
        return factors;
    }

    /** The feedback comes when the queue is plugged in. */
    LoadFeedback others() {
        LoadFeedback now = feedback.get();
        Others known = others;
        if (known.of != now) {
            known = new Others(now, now.without(name -> name.startsWith(ownPrefix)));
            others = known;
        }
        return known.signals;
    }
}
