package dev.headroom.queue.internal;

import java.time.Duration;

/**
 * This node's right to its jobs: the number of its row, and when the database was last told that it lives. Two thirds of the time before
 * others may take its jobs, it begins no more; at the end it stops those that run. Only this JVM's monotonic clock is read. Thread-safe.
 */
final class Lease {
    private static final long LONGEST_ROUND = 1_000;

    private final long length;
    private volatile long id;
    private volatile long shownAt;
    private volatile long unbrokenSince;
    private volatile boolean first = true;

    Lease(Duration length) {
        this.length = length.toNanos();
    }

    /** The fencing token; 0 before the node is registered. */
    long id() {
        return id;
    }

    /**
     * The node was registered under this number by a statement begun at that time.
     *
     * @param othersSeen whether another node has been seen for the time of a lease, without a gap until now
     */
    void granted(long id, long begun, boolean othersSeen) {
        if (first) {
            // A node that comes up may take over at once from one that died before, unless no other was there all the
            // time: then it may have been the database that was away.
            first = false;
            shownAt = begun;
            unbrokenSince = othersSeen ? begun - length : begun;
        } else {
            shown(begun);
        }
        this.id = id;
    }

    /** The database was told at that time. A gap may have been the database's fault, and then the others were silent too. */
    void shown(long begun) {
        if (begun - shownAt > length / 2) {
            unbrokenSince = begun;
        }
        shownAt = begun;
    }

    /** The node was declared dead. */
    void revoked() {
        id = 0;
    }

    /** Whether a job of this lease may begin. */
    boolean mayBegin() {
        return id != 0 && System.nanoTime() - shownAt < length / 3 * 2;
    }

    /** Whether it has run out. */
    boolean expired() {
        return System.nanoTime() - shownAt >= length;
    }

    /** Whether a node that was silent for the whole lease can be told from a database that was away. */
    boolean mayJudgeOthers() {
        return mayBegin() && System.nanoTime() - unbrokenSince >= length;
    }

    /** How long a thread pauses that acts by it. */
    long roundMillis() {
        return Math.min(LONGEST_ROUND, Math.max(20, lengthMillis() / 12));
    }

    long heartbeatNanos() {
        return length / 3;
    }

    long lengthMillis() {
        return length / 1_000_000;
    }
}
