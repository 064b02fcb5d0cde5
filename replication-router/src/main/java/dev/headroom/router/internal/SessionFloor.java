package dev.headroom.router.internal;

import dev.headroom.router.spi.Position;
import org.jspecify.annotations.Nullable;

/**
 * What one request, or one thread outside of requests, has written and seen, as far as it is not in the request's token. Shared by the
 * request's threads.
 */
final class SessionFloor {
    private Position seen = Position.NONE;
    private Position written = Position.NONE;
    private @Nullable Touch touch;
    private @Nullable ReplicaRead replicaRead;

    /**
     * The primary was used up to this time at a position that nobody asked for yet.
     *
     * @param at the time
     * @param mayHaveWritten whether it may have been for a write
     */
    record Touch(long at, boolean mayHaveWritten) {}

    /** A replica was read, up to this time. */
    record ReplicaRead(Node node, long at) {}

    /** The position that reads must reach besides the token's. */
    synchronized Position required() {
        return seen.and(written);
    }

    /** The position of what was written outside of a request. */
    synchronized Position written() {
        return written;
    }

    synchronized void wrote(Position position) {
        written = written.and(position);
    }

    synchronized void saw(Position position) {
        seen = seen.and(position);
    }

    synchronized void touchedPrimary(long at, boolean mayHaveWritten) {
        touch = new Touch(at, mayHaveWritten || (touch != null && touch.mayHaveWritten()));
        replicaRead = null; // the primary is ahead of every replica
    }

    synchronized @Nullable Touch touch() {
        return touch;
    }

    /** The touch has found its position; unless the primary was touched again. */
    synchronized void resolved(Touch known) {
        if (known.equals(touch)) {
            touch = null;
        }
    }

    synchronized void readReplica(Node node, long at) {
        replicaRead = new ReplicaRead(node, at);
    }

    synchronized @Nullable ReplicaRead replicaRead() {
        return replicaRead;
    }

    synchronized void resolved(ReplicaRead known, Position position) {
        seen = seen.and(position);
        if (known.equals(replicaRead)) {
            replicaRead = null;
        }
    }
}
