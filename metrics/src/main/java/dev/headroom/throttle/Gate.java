package dev.headroom.throttle;

import dev.headroom.load.Criticality;
import java.util.concurrent.Callable;

/**
 * Lets only as much work at a time onto one protected resource as it finishes without long waits, and refuses the rest at once, the
 * least critical first. One gate per resource: the web server, a database, a partner's service.
 *
 * <p><b>The limit</b> on what is in flight adapts to measured latency. Let <i>W</i> be the mean latency of a window of successes
 * (50 of them and 50 ms, or 10 of them and 250 ms), <i>m</i> the baseline and <i>q</i> the queueing that is allowed, 8 % of the
 * {@linkplain GateBuilder#deadline deadline}. After each window in which the gate was busy
 *
 * <pre>limit ← limit × clamp(√((m + q) / W), 0.8, 1.15)</pre>
 *
 * <p>within the configured bounds; it grows only if it was reached. That square-root step is the gradient law of Netflix's
 * <em>concurrency-limits</em> (2018, Gradient and Gradient2). What differs is the baseline: it follows windows in which less than 60 %
 * of the limit was in use; under lasting load it is measured again with the limit halved for a moment (a <em>drain probe</em>, as
 * Envoy's adaptive concurrency filter measures its minimum RTT). Since a probe at half the limit sees at most half the queue, an
 * overload can't drift into the baseline: the law settles where W = max(m + q, 2q). A window in which more than 10 % of the work was
 * {@link Outcome#DROPPED} lowers the limit by 10 %.
 *
 * <p><b>Who is refused:</b> each criticality may fill a share of the limit (trunk reservation): {@code SHEDDABLE} 70 %,
 * {@code SHEDDABLE_PLUS} 85 %, {@code CRITICAL} 100 %, {@code CRITICAL_PLUS} 120 %. Besides, the gate obeys the load feedback it was
 * given: stop refuses, slow down admits that share, evenly spread and without chance.
 *
 * <p>Thread-safe. Nobody ever waits, neither for a place nor for a lock.
 *
 * <pre>{@code
 * Gate partner = Gate.builder("partner").deadline(Duration.ofSeconds(1)).build();
 * Offer offer = partner.call(Criticality.SHEDDABLE, () -> client.offer(id));    // or ShedException
 * }</pre>
 */
public interface Gate {
    /** A builder for the gate of this name. */
    static GateBuilder builder(String name) {
        return new GateBuilder(name);
    }

    /** The gate's name. */
    String name();

    /**
     * Asks for a place.
     *
     * @return a permit for {@link #leave}, or 0 if refused
     */
    long tryEnter(Criticality criticality);

    /** Gives a permit back. Giving it back again, or giving back 0, does nothing. */
    void leave(long permit, Outcome outcome);

    /**
     * Does work within the gate. What it throws counts as {@link Outcome#DROPPED}.
     *
     * @throws ShedException if refused; the work was not begun
     * @throws Exception what the work throws
     */
    <T> T call(Criticality criticality, Callable<T> work) throws Exception;

    /** What it does with what goes beyond the limit. */
    Mode mode();

    /** Changes the mode from now on; permits that are out stay valid. */
    void mode(Mode mode);

    /**
     * What is in flight in proportion to the limit: 1 at the limit, and at most 1.2, so that a limit that fell a moment ago alarms
     * nobody. {@code NaN}, for unknown, unless the gate enforces, so that a gate that only observes influences nobody.
     */
    double pressure();

    /** What it knows now. */
    GateSnapshot snapshot();

    /** What a gate does. */
    enum Mode {
        /** Refuses. */
        ENFORCE,
        /**
         * Measures and counts what it would have refused, refuses nothing. An estimate: the limit has no effect on latency, and the baseline
         * is not probed.
         */
        OBSERVE,
        /** Lets everything through uncounted, without looking at the clock. */
        OFF
    }

    /** How work ended. */
    enum Outcome {
        /** Done; its latency counts. */
        SUCCESS,
        /** Its latency says nothing about the resource: an upload at its client's pace, an answer from a cache. */
        IGNORE,
        /** Failed or timed out, as an overloaded resource does. */
        DROPPED
    }
}
