package dev.headroom.load;

import java.util.Map;
import java.util.function.Predicate;

/**
 * The registry of load signals; tells each {@link Criticality} whether to go on, slow down or stop.
 *
 * <p>Every part of Headroom feeds it and obeys it. Reading advice is a volatile read and may be done on every request. Thread-safe.
 *
 * <pre>{@code
 * LoadAdvice advice = feedback.advise(Criticality.SHEDDABLE);
 * if (advice.stop()) { return serveStale(); }
 * }</pre>
 */
public interface LoadFeedback {
    /**
     * Adds a signal; closing the registration takes it out again.
     *
     * @throws IllegalArgumentException if a signal of that name is registered
     */
    Registration register(LoadSignal signal);

    /** What work of this criticality should do now. */
    LoadAdvice advise(Criticality criticality);

    /** The highest known pressure of all signals; 0 when nothing is known. */
    double pressure();

    /** The last sampled pressure by signal name; {@code NaN} where unknown. */
    Map<String, Double> pressures();

    /**
     * This feedback as it would be without the signals of these names, for who answers them by other means: a queue that obeyed its own
     * backlog would never work it off. A live view.
     */
    LoadFeedback without(Predicate<String> names);

    /** A feedback without signals, which always says go on. */
    static LoadFeedback none() {
        return NoLoadFeedback.INSTANCE;
    }

    /** A signal's place in the registry; closing it twice does no harm. */
    @FunctionalInterface
    interface Registration extends AutoCloseable {
        @Override
        void close();
    }
}
