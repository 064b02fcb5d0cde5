package dev.headroom.queue.internal;

import org.jspecify.annotations.Nullable;

/**
 * Says that there may be work: to this process, and to the others where they can be told. Thread-safe.
 *
 * @param here ends the pause of this process's dispatcher
 * @param others null where others can't be told
 */
record Wakes(Wakeup here, @Nullable RemoteTeller others) {
    void signal() {
        here.signal();
        if (others != null) {
            others.signal();
        }
    }

    /** There will be work once a transaction commits that nobody will tell of. */
    void soon() {
        here.soon();
        if (others != null) {
            others.soon();
        }
    }

    /** The same of jobs that a lease is to hold: those that lock theirs have nothing to look for. */
    void signalLeased() {
        here.signalAlone();
        if (others != null) {
            others.signal();
        }
    }

    /** The same of such jobs. */
    void soonLeased() {
        here.soonAlone();
        if (others != null) {
            others.soon();
        }
    }

    void close() {
        if (others != null) {
            others.close();
        }
    }
}
