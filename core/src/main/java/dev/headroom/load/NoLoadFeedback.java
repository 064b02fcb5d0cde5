package dev.headroom.load;

import java.util.Map;
import java.util.function.Predicate;

/** Says go on, always. */
enum NoLoadFeedback implements LoadFeedback {
    INSTANCE;

    @Override
    public Registration register(LoadSignal signal) {
        return () -> {};
    }

    @Override
    public LoadAdvice advise(Criticality criticality) {
        return LoadAdvice.GO;
    }

    @Override
    public double pressure() {
        return 0;
    }

    @Override
    public Map<String, Double> pressures() {
        return Map.of();
    }

    @Override
    public LoadFeedback without(Predicate<String> names) {
        return this;
    }
}
