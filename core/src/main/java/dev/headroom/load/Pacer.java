package dev.headroom.load;

import dev.headroom.config.Checks;
import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * Turns load feedback into a rate: backs off when the pressure is above its target, speeds up when it is below. For work that may
 * take its time: queue workers, migrations, re-indexing.
 *
 * <p>Additive increase, multiplicative decrease (Chiu and Jain, 1989), once per interval: with advice factor <i>f</i>,
 *
 * <ul>
 *   <li><i>f</i> = 1: rate ← min(maximum, rate + maximum × {@value #STEP_UP}) after the hold of one interval that follows a decrease;
 *   <li>0 &lt; <i>f</i> &lt; 1: rate ← max(minimum, rate × max(0.5, <i>f</i>));
 *   <li><i>f</i> = 0: rate ← minimum, or 0 when the minimum is 0; it starts again from the minimum, or one step.
 * </ul>
 *
 * <p>Thread-safe; permits are shared by all callers, without bursts longer than one interval.
 *
 * <pre>{@code
 * Pacer pacer = Pacer.builder("photo-migration", feedback).maximumRate(200).build();
 * for (Blob blob : blobs) {
 *     pacer.acquire();
 *     copy(blob);
 * }
 * }</pre>
 */
public interface Pacer {
    /** The share of the maximum by which the rate grows each interval. */
    double STEP_UP = 0.05;

    /** The pacer's name. */
    String name();

    /** The rate now, in permits a second. */
    double rate();

    /**
     * Waits for a permit.
     *
     * @throws InterruptedException if the thread is interrupted while it waits; no permit is taken then
     */
    void acquire() throws InterruptedException;

    /** Takes a permit if one is free at once. */
    boolean tryAcquire();

    /** Takes a permit if one is free within the time. */
    boolean tryAcquire(Duration within) throws InterruptedException;

    /** A builder for a pacer that obeys the feedback. */
    static Builder builder(String name, LoadFeedback feedback) {
        return new Builder(name, feedback);
    }

    /** Options of a pacer. Not thread-safe. */
    final class Builder {
        final String name;
        final LoadFeedback feedback;
        Criticality criticality = Criticality.SHEDDABLE;
        double minimumRate = 0;
        double maximumRate = 100;
        Duration interval = Duration.ofMillis(500);
        LongSupplier nanoClock = System::nanoTime;

        private Builder(String name, LoadFeedback feedback) {
            this.name = Checks.name("name", name);
            this.feedback = Checks.present("feedback", feedback);
        }

        /** Whose advice is obeyed. Default: {@link Criticality#SHEDDABLE}. */
        public Builder criticality(Criticality criticality) {
            this.criticality = Checks.present("criticality", criticality);
            return this;
        }

        /** The rate that is kept even when told to stop, in permits a second. Default: 0. */
        public Builder minimumRate(double perSecond) {
            this.minimumRate = Checks.between("minimumRate", perSecond, 0, 1e9);
            return this;
        }

        /** The rate without pressure, in permits a second. Default: 100. */
        public Builder maximumRate(double perSecond) {
            this.maximumRate = Checks.between("maximumRate", perSecond, 1e-3, 1e9);
            return this;
        }

        /** How often the rate is adapted. Default: 500 ms. */
        public Builder interval(Duration interval) {
            this.interval = Checks.positive("interval", interval);
            return this;
        }

        /** A monotonic clock in nanoseconds. Default: {@link System#nanoTime()}. */
        public Builder nanoClock(LongSupplier nanoClock) {
            this.nanoClock = Checks.present("nanoClock", nanoClock);
            return this;
        }

        /**
         * The pacer, at its maximum rate.
         *
         * @throws dev.headroom.config.ConfigurationException if {@code minimumRate} is above {@code maximumRate}
         */
        public Pacer build() {
            Checks.that(minimumRate <= maximumRate, "minimumRate", minimumRate, "<= maximumRate (" + maximumRate + ")");
            return new AimdPacer(this);
        }
    }
}
