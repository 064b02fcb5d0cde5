package dev.headroom.queue;

import dev.headroom.config.Checks;

/**
 * That there is at most one job of a kind with a key.
 *
 * <p>The database holds it, whatever processes enqueue: of two transactions that enqueue the same key at once, the second waits for the
 * end of the first. A dead letter has no key any more, also when it is requeued.
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
 */
public record Unique(String key, OnDuplicate onDuplicate, Until until) {
    /** The most characters of a key. */
    public static final int LONGEST_KEY = 190;

    /** Checks the key. */
    public Unique {
        Checks.notBlank("unique", key);
        Checks.that(key.length() <= LONGEST_KEY, "unique", key, "at most " + LONGEST_KEY + " characters");
        Checks.present("onDuplicate", onDuplicate);
        Checks.present("until", until);
    }

    /** What is done with a job whose key another one has that waits; one that runs is kept, or fails the enqueue. */
    public enum OnDuplicate {
        /** The job that is there stays as it is; the new one is dropped. */
        KEEP,
        /** The job that is there gets the payload and the priority of the new one and keeps its place. */
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
        DONE
    }

    /** Keeps the job that is there until it is done. */
    public static Unique of(String key) {
        return new Unique(key, OnDuplicate.KEEP, Until.DONE);
    }

    /** The same with this done to duplicates. */
    public Unique onDuplicate(OnDuplicate policy) {
        return new Unique(key, policy, until);
    }

    /** The same with the key free once the job has started; for work that must see what was written before it was enqueued. */
    public Unique untilStart() {
        return new Unique(key, onDuplicate, Until.START);
    }
}
