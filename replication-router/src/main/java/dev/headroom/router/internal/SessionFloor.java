package dev.headroom.router.internal;

import dev.headroom.consistency.ConsistencyToken;
import dev.headroom.router.spi.Position;
import org.jspecify.annotations.Nullable;

/**
 * What one request, or one thread outside of requests, has written and seen, as far as it is not in the request's token. Shared by the
 * request's threads: changed under a lock, read without one. What is found out is kept before it is taken off the list of what is not known, so
 * whoever reads that list first misses nothing.
 */
final class SessionFloor {
    private volatile Position seen = Position.NONE;
    private volatile Position written = Position.NONE;
    private volatile @Nullable Touch touch;
    private volatile @Nullable ReplicaRead replicaRead;
    private volatile Told told = new Told(ConsistencyToken.NONE, Position.NONE);

    /**
     * The primary was used up to this time at a position that nobody asked for yet.
     *
     * @param at the time
     * @param mayHaveWritten whether it may have been for a write
     */
    record Touch(long at, boolean mayHaveWritten) {}

    /** A replica was read, up to this time. */
    record ReplicaRead(Node node, long at) {}

    /** A token, and the position that it tells of this cluster. */
    record Told(ConsistencyToken token, Position position) {}

    /** The position that reads must reach besides the token's. */
    Position required() {
        return seen.and(written);
    }

    /** The position of what was written outside of a request. */
    Position written() {
        return written;
    }

    synchronized void wrote(Position position) {
        written = written.and(position);
    }

    synchronized void saw(Position position) {
        seen = seen.and(position);
    }

    synchronized void touchedPrimary(long at, boolean mayHaveWritten) {
        Touch before = touch;
        touch = new Touch(at, mayHaveWritten || (before != null && before.mayHaveWritten()));
        replicaRead = null; // the primary is ahead of every replica
    }

    @Nullable Touch touch() {
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

    @Nullable ReplicaRead replicaRead() {
        return replicaRead;
    }

    synchronized void resolved(ReplicaRead known, Position position) {
        seen = seen.and(position);
        if (known.equals(replicaRead)) {
            replicaRead = null;
        }
    }

    /** The position in the request's token; a token is read once. */
    Position told(ConsistencyToken token, PositionCodec codec) {
        Told known = told;
        if (!known.token().equals(token)) {
            known = new Told(token, codec.position(token));
            told = known;
        }
        return known.position();
    }
}
