package dev.headroom.queue;

import dev.headroom.config.Checks;
import dev.headroom.queue.internal.Spans;
import java.time.Duration;

/**
 * That there is at most one job of a kind with a key.
 *
 * <p>The database holds it, whatever processes enqueue: of two transactions that enqueue a key at once which no job has, the second waits for
 * the end of the first. A dead letter has no key any more, also when it is requeued, but for one taken for a {@linkplain #within time}.
 *
 * <pre>{@code
 * queue.unique(Unique.of("product:42").onDuplicate(Unique.OnDuplicate.DEBOUNCE).untilStart())
 *         .delay(Duration.ofSeconds(5))
 *         .enqueue(Search::index, new Product(42));
 * }</pre>
 *
 * @param key what jobs of one kind are told apart by, at most 190 characters
 * @param onDuplicate what is done when there is such a job already
 * @param until when the key is free again
 * @param window for how long it is taken, zero where that is not a matter of time
 */
public record Unique(String key, OnDuplicate onDuplicate, Until until, Duration window) {
    /** The most characters of a key. */
    public static final int LONGEST_KEY = 190;

    /**
     * Checks.
     *
     * @throws dev.headroom.config.ConfigurationException if the key is null, blank or too long, if another part is null, if the window is
     *     shorter than 1 ms or longer than 36500 days, or not zero where the key is not taken for a time; if duplicates of one that is are
     *     neither kept nor refused
     */
    public Unique {
        Checks.notBlank("key", key);
        int length = key.length();
        Checks.that(length <= LONGEST_KEY, "key", length + " characters", "at most " + LONGEST_KEY + " characters");
        Checks.present("onDuplicate", onDuplicate);
        Checks.present("until", until);
        Checks.present("window", window);
        if (until == Until.WINDOW) {
            Spans.atLeast("window", window, Duration.ofMillis(1));
            Checks.that(
                    onDuplicate == OnDuplicate.KEEP || onDuplicate == OnDuplicate.FAIL,
                    "onDuplicate",
                    onDuplicate,
                    "KEEP or FAIL for a key that is taken for a time");
        } else {
            Checks.that(window.isZero(), "window", window, "zero unless until is WINDOW");
        }
    }

    /** What is done with a job whose key another one has that waits; one that runs is kept, or fails the enqueue. */
    public enum OnDuplicate {
        /** The job that is there stays as it is; the new one is dropped. */
        KEEP,
        /**
         * The job that is there gets the payload and the priority of the new one and keeps its time, whatever delay comes with the new one; its place
         * too, unless the priority is another.
         */
        REPLACE,
        /** As {@link #REPLACE}, and its delay begins anew: it runs once nothing has been enqueued for so long. */
        DEBOUNCE,
        /** The enqueue fails with a {@link DuplicateJobException}. */
        FAIL
    }

    /** When another job of the same key may be enqueued. */
    public enum Until {
        /** When a process has taken it up: what is enqueued after that gets a job of its own. */
        START,
        /** When it is done, dead or cancelled. */
        DONE,
        /** When a time has passed since it was enqueued, whatever becomes of it; see {@link Unique#within}. */
        WINDOW
    }

    /** Keeps the job that is there until it is done. */
    public static Unique of(String key) {
        return new Unique(key, OnDuplicate.KEEP, Until.DONE, Duration.ZERO);
    }

    /** The same with this done to duplicates. */
    public Unique onDuplicate(OnDuplicate policy) {
        return new Unique(key, policy, until, window);
    }

    /**
     * The same with the key free once the job has started; for work that must see what was written before it was enqueued. Instead of a
     * time that was said before.
     */
    public Unique untilStart() {
        return new Unique(key, onDuplicate, Until.START, Duration.ZERO);
    }

    /**
     * The same with the key taken for a time from the enqueue, by the database's clock, whether the job waits, runs or has ended by then: at most
     * one in that time. Replaces {@link #untilStart}, if that was said before. The job that is there may have ended, so it is kept or the
     * enqueue fails, nothing else.
     *
     * @throws dev.headroom.config.ConfigurationException if it is shorter than 1 ms or longer than 36500 days, or duplicates are replaced
     *     or debounced
     */
    public Unique within(Duration time) {
        return new Unique(key, onDuplicate, Until.WINDOW, time);
    }
}
