package dev.headroom.router.internal;

import dev.headroom.RequestContext;
import dev.headroom.consistency.ConsistencyToken;
import dev.headroom.router.spi.Position;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The position that the reads of the current request must have reached: its token, what it wrote, and what it has seen (so that it never
 * goes back in time).
 *
 * <p>A commit tells its position. Statements in auto-commit mode don't: for them only the time is noted, and the first who needs the
 * position waits for a sample of the primary that was asked for after that time; mostly there is one already.
 */
final class Floors {
    private final Cluster cluster;
    private final PositionCodec codec;
    private final RequestContext.Key<SessionFloor> key;
    private final ThreadLocal<SessionFloor> outsideOfRequests = ThreadLocal.withInitial(SessionFloor::new);
    private final long pinNanos;
    private final LongSupplier ticker;
    private final ReentrantLock creating = new ReentrantLock();

    Floors(Cluster cluster, PositionCodec codec, String router) {
        this.cluster = cluster;
        this.codec = codec;
        this.ticker = cluster.options().ticker();
        Duration pin = cluster.options().sessions().pin();
        this.pinNanos = pin == null ? 0 : pin.toNanos();
        this.key = new RequestContext.Key<>("router." + router, SessionFloor.class);
    }

    PositionCodec codec() {
        return codec;
    }

    /** The floor of the current request, or of the thread if there is none. */
    SessionFloor current() {
        return current(RequestContext.active().orElse(null));
    }

    /** The same for who knows already which request is the thread's; null for none. */
    SessionFloor current(@Nullable RequestContext context) {
        return context != null ? of(context) : outsideOfRequests.get();
    }

    private SessionFloor of(RequestContext context) {
        Optional<SessionFloor> known = context.attribute(key);
        if (known.isPresent()) {
            return known.get();
        }
        creating.lock();
        try {
            SessionFloor floor = context.attribute(key).orElseGet(SessionFloor::new);
            context.attribute(key, floor);
            return floor;
        } finally {
            creating.unlock();
        }
    }

    /** The primary was used without telling a position. */
    void touchedPrimary(SessionFloor floor, boolean mayHaveWritten) {
        if (mayHaveWritten && RequestContext.active().isPresent()) {
            floor.told(
                    token(), codec, ticker); // so that the sample that tells the one position tells the other as well
        }
        long now = cluster.now();
        boolean pin = mayHaveWritten && pinNanos > 0;
        if (pin) {
            floor.pin(now + pinNanos);
        }
        floor.touchedPrimary(now, mayHaveWritten && !pin);
    }

    /** The request has written up to the position, of which it may have been told from elsewhere. */
    void wrote(Position position) {
        wrote(position, false);
    }

    /** A commit of the request has told the position, which so covers all that had committed when the request came. */
    void committed(Position position) {
        wrote(position, true);
    }

    private void wrote(Position position, boolean commit) {
        if (pinNanos > 0) {
            current().pin(cluster.now() + pinNanos);
            return;
        }
        Optional<RequestContext> context = RequestContext.active();
        if (context.isPresent()) {
            wrote(context.get(), position, commit);
        } else {
            outsideOfRequests.get().wrote(position);
        }
    }

    private void wrote(RequestContext context, Position position, boolean commit) {
        AtomicBoolean told = new AtomicBoolean();
        context.consistency(token -> {
            ConsistencyToken raised =
                    codec.raiseExactly(token, position, commit ? position : others(of(context), token));
            told.set(raised != null);
            return raised == null ? token : raised;
        });
        if (!told.get()) { // it is of more clusters than a token can tell of
            of(context).wrote(position);
        }
    }

    /** The token of the current request. */
    static ConsistencyToken token() {
        return RequestContext.active().map(RequestContext::consistency).orElse(ConsistencyToken.NONE);
    }

    /** What the current request has written, as far as it is known and not in its token. */
    Position beyondToken() {
        RequestContext context = RequestContext.active().orElse(null);
        SessionFloor floor = current(context);
        Position written = floor.written();
        return pinNanos > 0 && pinned(floor)
                ? written.and(PositionCodec.pinnedAfter(codec.position(token()).and(written)))
                : written;
    }

    /** The position that a read must have reached; null if it can't be known within the time. */
    @Nullable Position required(long waitNanos) throws InterruptedException {
        RequestContext context = RequestContext.active().orElse(null);
        SessionFloor floor = current(context);
        resolve(floor, context, waitNanos);
        return onlyOnPrimary(floor, context) || settle(floor, waitNanos) ? known(floor, context) : null;
    }

    /** The same as far as it is known now; null if something is not. */
    @Nullable Position requiredNow() {
        RequestContext context = RequestContext.active().orElse(null);
        return requiredNow(current(context), context);
    }

    /** The same of a floor that is the current one of that request. */
    @Nullable Position requiredNow(SessionFloor floor, @Nullable RequestContext context) {
        SessionFloor.Touch touch = touch(floor);
        return touch == null || settled(floor, touch) || onlyOnPrimary(floor, context) ? known(floor, context) : null;
    }

    /** The latest timeline that the current request has been told of; 0 if of none in particular. */
    long timelineNow() {
        RequestContext context = RequestContext.active().orElse(null);
        Position known = known(current(context), context);
        return PositionCodec.beyondAll(known) ? 0 : known.timeline();
    }

    private Position known(SessionFloor floor, @Nullable RequestContext context) {
        if (pinned(floor)) {
            return PositionCodec.BEYOND_ALL;
        }
        Position own = floor.required();
        Position all = context == null
                ? own
                : own.and(told(floor, context.consistency()).position());
        return PositionCodec.beyondAll(all) ? all : cluster.today(all);
    }

    /**
     * What the request's token tells. Where that is only that the client has perhaps written, which names too many clusters, where the primary is from now
     * on covers it; but not where what is told is a time.
     */
    private SessionFloor.Told told(SessionFloor floor, ConsistencyToken token) {
        SessionFloor.Told told = floor.told(token, codec, ticker);
        Node.Seen sample = told.open() && pinNanos == 0 ? cluster.primary().primarySince(told.since()) : null;
        return sample == null ? told : floor.resolved(told, sample.position());
    }

    /** How far that is for the cluster if the current request's token does not name it; null if it is not known yet. */
    @Nullable Position others() {
        return others(current(), token());
    }

    private @Nullable Position others(SessionFloor floor, ConsistencyToken token) {
        Position told = told(floor, token).position();
        return PositionCodec.beyondAll(told) ? null : told;
    }

    /** Asks the primary for that, if it is not known yet. */
    private void resolve(SessionFloor floor, @Nullable RequestContext context, long waitNanos)
            throws InterruptedException {
        if (context != null
                && pinNanos == 0
                && told(floor, context.consistency()).open()) {
            cluster.refreshPrimary(() -> !told(floor, context.consistency()).open(), waitNanos);
        }
    }

    /** Whether no replica covers what is known already, whatever more there is. */
    private boolean onlyOnPrimary(SessionFloor floor, @Nullable RequestContext context) {
        return PositionCodec.beyondAll(known(floor, context));
    }

    /** Whether what was written lately is looked for on the primary, wherever replicas are. */
    private boolean pinned(SessionFloor floor) {
        return pinNanos > 0 && floor.pinned(cluster.now());
    }

    /** What the current request and its client have written, as far as it is known; null if there may be more. */
    @Nullable Position writtenNow() {
        RequestContext context = RequestContext.active().orElse(null);
        SessionFloor floor = current(context);
        SessionFloor.Touch touch = touch(floor);
        if (touch != null && touch.mayHaveWritten() && !settled(floor, touch)) {
            return null;
        }
        if (pinned(floor)) {
            return PositionCodec.BEYOND_ALL;
        }
        Position own = floor.written();
        return context == null
                ? own
                : own.and(told(floor, context.consistency()).position());
    }

    /** What was done on the primary without being told a position; with a driver's connection in hand, anything until now. */
    SessionFloor.@Nullable Touch touch(SessionFloor floor) {
        if (floor.hasUnwrapped()) {
            touchedPrimary(floor, true);
        }
        return floor.touch();
    }

    /** Finds the position of what was done on the primary without being told one. */
    boolean settle(SessionFloor floor, long waitNanos) throws InterruptedException {
        SessionFloor.Touch touch = touch(floor);
        if (touch == null || settled(floor, touch)) {
            return true;
        }
        cluster.refreshPrimary(() -> cluster.primary().primarySince(touch.at()) != null, waitNanos);
        return settled(floor, touch);
    }

    private boolean settled(SessionFloor floor, SessionFloor.Touch touch) {
        Node.Seen sample = cluster.primary().primarySince(touch.at());
        if (sample == null) {
            return false;
        }
        if (touch.mayHaveWritten()) {
            floor.wrote(sample.position()); // contexts with a token of their own share it
            wrote(sample.position());
        } else {
            floor.saw(sample.position());
        }
        floor.resolved(touch);
        return true;
    }

    /**
     * Makes the floor cover what these reads saw, but for those of the node that is read next; false if that can't be known within the
     * time.
     */
    boolean leave(SessionFloor floor, SessionFloor.@Nullable ReplicaRead reads, @Nullable Node next, long waitNanos)
            throws InterruptedException {
        return reads == null || cluster.refresh(() -> left(floor, reads, next), waitNanos);
    }

    private boolean left(SessionFloor floor, SessionFloor.ReplicaRead reads, @Nullable Node next) {
        boolean all = true;
        for (SessionFloor.ReplicaRead read = reads; read != null; read = read.next()) {
            long at = read.at();
            Position bound = read.node() == next ? null : bound(read.node(), at);
            if (bound != null) {
                floor.resolved(read.node(), at, bound);
            } else {
                all &= read.node() == next;
            }
        }
        return all;
    }

    /** A position at or beyond the one that was read: the replica's own, or if it is gone the primary's. */
    private @Nullable Position bound(Node node, long at) {
        Node.Seen replica = node.seen();
        if (replica != null && replica.askedAt() - at >= 0) {
            return replica.position();
        }
        Node.Seen primary = cluster.primary().primarySince(at);
        return primary == null ? null : primary.position();
    }
}
