package dev.headroom.router.internal;

import dev.headroom.consistency.ConsistencyToken;
import dev.headroom.router.spi.Position;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What one request, or one thread outside of requests, has written and seen, as far as it is not in the request's token. Shared by the
 * request's threads: changed under a lock, read without one. What is found out is kept before it is taken off the list of what is not known, so
 * whoever reads that list first misses nothing.
 */
final class SessionFloor {
    private static final int MOST_UNNAMED = 16;

    private volatile Position seen = Position.NONE;
    private volatile Position written = Position.NONE;
    private volatile @Nullable Touch touch;
    private volatile @Nullable ReplicaRead replicaReads;
    private volatile int unwrapped;
    private volatile @Nullable Long pinnedUntil;
    private volatile Told told = new Told(ConsistencyToken.NONE, Position.NONE, 0, 0);

    /** Of tokens that do not name this cluster, the latest first: parts of a request, some at once, have tokens of their own. */
    private volatile List<Told> unnamed = List.of();

    /**
     * The primary was used up to this time at a position that nobody asked for yet.
     *
     * @param at the time
     * @param mayHaveWritten whether it may have been for a write
     */
    record Touch(long at, boolean mayHaveWritten) {}

    /** Threads by their numbers; when they are many, all. */
    private static final class Readers {
        private static final int MANY = 32;

        private final long[] threads;

        Readers(long... threads) {
            this.threads = threads;
        }

        boolean has(long thread) {
            for (long known : threads) {
                if (known == thread) {
                    return true;
                }
            }
            return threads.length == MANY;
        }

        Readers and(long thread) {
            if (has(thread)) {
                return this;
            }
            long[] more = Arrays.copyOf(threads, threads.length + 1);
            more[threads.length] = thread;
            return new Readers(more);
        }
    }

    /**
     * A replica was read, at a position that nobody asked for yet. Its time moves on as long as the same threads read it, under the floor's lock; whoever
     * looks for the position looks at the time once.
     */
    static final class ReplicaRead {
        private final Node node;
        private final Readers readers;
        private final @Nullable ReplicaRead next;
        private volatile long at;

        private ReplicaRead(Node node, long at, Readers readers, @Nullable ReplicaRead next) {
            this.node = node;
            this.at = at;
            this.readers = readers;
            this.next = next;
        }

        Node node() {
            return node;
        }

        /** Up to when. */
        long at() {
            return at;
        }

        /** The replica that was read before this one. */
        @Nullable ReplicaRead next() {
            return next;
        }

        private @Nullable ReplicaRead without(Node other) {
            if (node == other) {
                return next;
            }
            return next == null ? this : new ReplicaRead(node, at, readers, next.without(other));
        }

        /** The entry of the node alone; null if there is none. */
        @Nullable ReplicaRead only(@Nullable Node wanted) {
            if (node == wanted) {
                return next == null ? this : new ReplicaRead(node, at, readers, null);
            }
            return next == null ? null : next.only(wanted);
        }

        /** The last that was read, of these; null if none was. */
        @Nullable Node lastOf(List<Node> nodes) {
            if (nodes.contains(node)) {
                return node;
            }
            return next == null ? null : next.lastOf(nodes);
        }

        /** Whether another replica than this one was read. */
        boolean elsewhere(@Nullable Node than) {
            return node != than || next != null;
        }

        /** What this thread has read, and perhaps others after it. */
        @Nullable ReplicaRead by(long reader) {
            ReplicaRead rest = next == null ? null : next.by(reader);
            return readers.has(reader) ? new ReplicaRead(node, at, readers, rest) : rest;
        }
    }

    /**
     * What a token tells of this cluster.
     *
     * @param token that one
     * @param position how far it is; beyond all while that is not known
     * @param unnamed the number of the entry that stands for this cluster among others; 0 if it is named, or there is none
     * @param since when that entry was first looked at
     */
    record Told(ConsistencyToken token, Position position, int unnamed, long since) {
        /** Whether the token only says that the client has perhaps written until then, and it is not known yet how far that is. */
        boolean open() {
            return unnamed != 0 && PositionCodec.beyondAll(position);
        }
    }

    /** The position that reads must reach besides the token's. */
    Position required() {
        return seen.and(written);
    }

    /** The position of what was written outside of a request, or in one without telling its position. */
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
        touch = before == null
                ? new Touch(at, mayHaveWritten)
                : new Touch(Math.max(at, before.at()), mayHaveWritten || before.mayHaveWritten());
        replicaReads = null; // the primary is ahead of every replica
    }

    /** Only the primary is read until then, or until a later time that was said before. */
    synchronized void pin(long until) {
        Long before = pinnedUntil;
        if (before == null || until - before > 0) {
            pinnedUntil = until;
        }
    }

    boolean pinned(long now) {
        Long until = pinnedUntil;
        return until != null && until - now > 0;
    }

    /** Somebody has a driver's connection to the primary in his hands, or has given one back. */
    synchronized void unwrapped(int more) {
        unwrapped += more;
    }

    boolean hasUnwrapped() {
        return unwrapped > 0;
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

    /** The current thread has read it. */
    void readReplica(Node node, long at) {
        readReplica(node, at, Thread.currentThread().getId());
    }

    private synchronized void readReplica(Node node, long at, long thread) {
        ReplicaRead before = replicaReads;
        if (before != null && before.node == node && before.readers.has(thread)) {
            before.at = later(before, at);
            return;
        }
        ReplicaRead same = before == null ? null : before.only(node);
        Readers readers = same == null ? new Readers(thread) : same.readers.and(thread);
        ReplicaRead others = before == null ? null : before.without(node);
        replicaReads = new ReplicaRead(node, same == null ? at : later(same, at), readers, others);
    }

    private static long later(ReplicaRead read, long at) {
        return read.at - at > 0 ? read.at : at;
    }

    /** The replicas that were read, the last one first; null for none. */
    @Nullable ReplicaRead replicaReads() {
        return replicaReads;
    }

    /** What was read on the node up to that time has found a position; unless it was read again. */
    synchronized void resolved(Node node, long at, Position position) {
        seen = seen.and(position);
        ReplicaRead before = replicaReads;
        ReplicaRead same = before == null ? null : before.only(node);
        if (before != null && same != null && same.at == at) {
            replicaReads = before.without(node);
        }
    }

    /**
     * Takes over what was written and seen in a part of the request that had a floor of its own.
     *
     * @param reads whether that is also which replicas were read; a thread outside of requests keeps that for none of its reads, for it would stay with
     *     them for ever
     */
    synchronized void absorb(SessionFloor part, boolean reads) {
        if (part == this) { // contexts that come of one another share it
            return;
        }
        seen = seen.and(part.seen);
        written = written.and(part.written);
        Long pinned = part.pinnedUntil;
        if (pinned != null) {
            pin(pinned);
        }
        Touch touched = part.touch;
        if (touched != null) {
            touchedPrimary(touched.at(), touched.mayHaveWritten());
        }
        for (ReplicaRead read = reads ? part.replicaReads : null; read != null; read = read.next()) {
            for (long thread : read.readers.threads) {
                readReplica(read.node, read.at, thread);
            }
        }
    }

    /** What a token of the request, or of a part of it, tells; mostly it is read once. */
    Told told(ConsistencyToken token, PositionCodec codec, LongSupplier ticker) {
        Told known = told;
        if (known.token().equals(token)) {
            return known;
        }
        for (Told one : unnamed) {
            if (one.token().equals(token)) {
                return one;
            }
        }
        TokenEntries entries = TokenEntries.of(token);
        int number = codec.unnamed(entries);
        if (number != 0) {
            return unnamed(token, number, codec.position(entries), ticker);
        }
        known = new Told(token, codec.position(entries), 0, 0);
        told = known;
        return known;
    }

    private synchronized Told unnamed(ConsistencyToken token, int number, Position position, LongSupplier ticker) {
        List<Told> all = new ArrayList<>(unnamed);
        Told now = null;
        for (Told one : all) {
            if (one.unnamed() == number) { // found out, or asked for already
                now = new Told(token, one.position(), number, one.since());
                break;
            }
        }
        if (now == null) {
            now = new Told(token, position, number, ticker.getAsLong());
        }
        all.add(0, now);
        unnamed = List.copyOf(all.subList(0, Math.min(MOST_UNNAMED, all.size())));
        return now;
    }

    /** How far that is has become known, for all tokens with that number. */
    synchronized Told resolved(Told known, Position position) {
        List<Told> all = new ArrayList<>(unnamed);
        all.replaceAll(one -> one.unnamed() == known.unnamed() && one.open()
                ? new Told(one.token(), position, one.unnamed(), one.since())
                : one);
        unnamed = List.copyOf(all);
        return new Told(known.token(), position, known.unnamed(), known.since());
    }
}
