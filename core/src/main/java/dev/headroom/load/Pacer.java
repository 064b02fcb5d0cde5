package dev.headroom.load;

import dev.headroom.config.Checks;
import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * Turns load feedback into a rate: backs off when the pressure is above its target, speeds up when it is below. For work that may
 * take its time: queue workers, migrations, re-indexing.
 *
 * <p>Additive increase, multiplicative decrease (Chiu and Jain, 1989), with a band in which nothing moves. Once per interval, with
 * advice factor <i>f</i> and maximum rate <i>M</i>:
 *
 * <ul>
 *   <li><i>f</i> = 1, below the target: rate ← min(<i>M</i>, rate + step × <i>M</i>). The step begins with {@value #STEP_FIRST} and
 *       grows by as much with each increase in a row, up to {@value #STEP_UP}: careful near the limit, quick where it is far.
 *   <li>{@value #HOLD} ≤ <i>f</i> &lt; 1, at the target: the rate holds, and the step begins anew.
 *   <li>0 &lt; <i>f</i> &lt; {@value #HOLD}, above the target: rate ← max(minimum, rate × max(0.5, <i>f</i> / {@value #HOLD})); then the
 *       rate holds for {@value #SETTLE} intervals, so that the effect is seen before it is judged.
 *   <li><i>f</i> = 0, at the limit: rate ← minimum at once, 0 if that is 0.
 * </ul>
 *
 * <p>With a minimum of 0 the rate is 0 only while <i>f</i> = 0; else it is at least {@value #STEP_FIRST} × <i>M</i>, so that work that was
 * told to stop goes on under a pressure that stays between.
 *
 * <p>After a step of load it settles in the band without oscillating, as long as the band is wider than what the first step changes.
 * Simulated for work that at <i>M</i> causes 0.3 to 4 times the limit, behind sensors that lag by up to 2 s: after at most four turns it
 * stands still within 40 s, and within 40 s of the load's end the full rate is back, or the one that the work itself allows.
 * The feedback's own hysteresis is in {@link SignalLoadFeedback}. The rate adapts while permits are asked for.
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
    /** The share of the maximum by which the rate grows at most in an interval. */
    double STEP_UP = 0.05;

    /** The share of the maximum by which the rate grows in the first interval after it held or fell. */
    double STEP_FIRST = 0.005;

    /** The factor from which on the rate holds rather than falls. */
    double HOLD = 0.8;

    /** How many intervals the rate holds after it fell. */
    int SETTLE = 3;

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
