package dev.headroom.router.internal;

import dev.headroom.RequestContext;
import dev.headroom.consistency.Consistency;
import dev.headroom.consistency.ConsistencyToken;
import dev.headroom.router.spi.Position;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Read-your-writes by position in the primary's log. */
final class RouterConsistency implements Consistency {
    private final Cluster cluster;
    private final Floors floors;
    /** Kept, for it is asked for at each load of a cache that can't reach its shared tier. */
    private volatile @Nullable Newest newest;

    private record Newest(long timeline, ConsistencyToken token) {}

    RouterConsistency(Cluster cluster, Floors floors) {
        this.cluster = cluster;
        this.floors = floors;
    }

    /**
     * The token of what the request was told to see and what it wrote, and with monotonic reads what it has seen. For writes in auto-commit mode
     * the primary may have to be asked; when it does not answer, the token is one that only a primary covers.
     */
    @Override
    public ConsistencyToken current() {
        if (!cluster.replicated()) {
            return floors.token();
        }
        SessionFloor floor = floors.current();
        SessionFloor.Touch touch = floors.touch(floor);
        boolean monotonic = cluster.options().monotonicReads();
        boolean known = touch == null || (!monotonic && !touch.mayHaveWritten()) || settle(floor);
        if (monotonic) {
            known &= left(floor);
        }
        if (!known) {
            return floors.codec().raise(floors.token(), beyondAll());
        }
        return monotonic ? floors.codec().raise(floors.token(), floor.required()) : floors.token();
    }

    /** Whether the floor covers what was read on replicas. */
    private boolean left(SessionFloor floor) {
        try {
            return floors.leave(
                    floor,
                    floor.replicaReads(),
                    null,
                    cluster.options().probeTimeout().toNanos());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    @Override
    public ConsistencyToken capture(Connection connection) throws SQLException {
        if (!cluster.replicated()) {
            return ConsistencyToken.NONE;
        }
        Optional<Position> told = cluster.dialect().speaks(connection)
                ? cluster.dialect().capture(connection)
                : Optional.empty(); // of somebody else, who may have been told of anything that was written here
        return floors.codec().token(told.orElseGet(this::sampled));
    }

    /** The primary's position at some moment from now on; without an answer, one that only a primary covers. */
    private Position sampled() {
        long now = cluster.now();
        Node.Seen primary = primarySince(now);
        return primary == null ? beyondAll() : primary.position();
    }

    /** What the primary says when it is asked from now on; null if it does not answer in time, or no longer is one. */
    private Node.@Nullable Seen primarySince(long time) {
        try {
            cluster.refreshPrimary(
                    () -> cluster.primary().primarySince(time) != null,
                    cluster.options().probeTimeout().toNanos());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return cluster.primary().primarySince(time);
    }

    /** {@link #within} brings it down to where the primary is then. */
    @Override
    public ConsistencyToken newest() {
        if (!cluster.replicated()) {
            return ConsistencyToken.NONE;
        }
        Newest known = newest;
        if (known == null || known.timeline != cluster.timeline()) {
            Position beyondAll = beyondAll();
            known = new Newest(beyondAll.timeline(), floors.codec().raise(ConsistencyToken.NONE, beyondAll));
            newest = known;
        }
        return known.token;
    }

    private Position beyondAll() {
        return new Position(cluster.timeline(), Long.MAX_VALUE);
    }

    @Override
    public ConsistencyToken combine(ConsistencyToken a, ConsistencyToken b) {
        return floors.codec().combine(a, b);
    }

    @Override
    public <T> T within(ConsistencyToken token, Callable<T> call) throws Exception {
        if (token.isNone() || !cluster.replicated()) {
            return call.call();
        }
        ConsistencyToken before = combine(current(), real(token)); // what was just written without a position included
        RequestContext inner =
                RequestContext.current().with().consistency(before).build();
        try {
            return inner.call(call);
        } finally {
            ConsistencyToken after = inner.consistency();
            if (!after.equals(before)) { // the call has written
                wrote(after);
            }
            ended(inner);
        }
    }

    /** A part of the current request, with a context of its own, has ended: what it did without being told a position is the request's. */
    void ended(RequestContext part) {
        if (cluster.replicated()) {
            floors.current().absorb(floors.current(part));
        }
    }

    /** A request that is not open yet takes along what the current one, or the thread, has done without a token. */
    void begins(RequestContext request) {
        if (cluster.replicated()) {
            SessionFloor floor = floors.current();
            floors.touch(floor); // what a driver's connection is in hand for has been done until now
            floors.current(request).absorb(floor);
        }
    }

    /** The token with this cluster's position cut down to what can be real. */
    ConsistencyToken real(ConsistencyToken token) {
        return cluster.replicated() ? clamp(token) : token;
    }

    /** The current request has written up to the token. */
    void wrote(ConsistencyToken token) {
        floors.wrote(floors.codec().position(token));
    }

    /** The primary's position at some moment from now on, whatever connection is asked about. */
    ConsistencyToken captureNow() {
        return cluster.replicated() ? floors.codec().token(sampled()) : ConsistencyToken.NONE;
    }

    /** What the current request was told to see and has written; if it may have written more than is known, a token that only a primary covers. */
    ConsistencyToken written() {
        if (!cluster.replicated()) {
            return floors.token();
        }
        SessionFloor.Touch touch = floors.current().touch();
        boolean known = touch == null || !touch.mayHaveWritten();
        return known ? floors.token() : floors.codec().raise(floors.token(), beyondAll());
    }

    /** The token, and the newest position that a probe or a commit of this router's has told. */
    ConsistencyToken newest(ConsistencyToken token) {
        if (!cluster.replicated() || cluster.options().sessions().pin() != null) {
            return token;
        }
        return floors.codec().raise(token, cluster.primary().newest());
    }

    /** Whether the token says anything of this cluster. */
    boolean tells(ConsistencyToken token) {
        return !floors.codec().position(token).isNone();
    }

    /** A token from outside: this cluster's position and nothing else, at most the primary's own. */
    ConsistencyToken admit(String untrusted) {
        ConsistencyToken token;
        try {
            token = new ConsistencyToken(untrusted);
        } catch (IllegalArgumentException e) {
            return ConsistencyToken.NONE;
        }
        Position position = floors.codec().position(token);
        return cluster.replicated() ? clamp(floors.codec().token(position)) : ConsistencyToken.NONE;
    }

    /**
     * No position beyond the primary's is real. What neither the last sample covers nor a commit of this router's has told is compared with a fresh
     * one, unless the primary is known not to answer; and what is of a later timeline only when every node has answered, since otherwise ours may be
     * the primary whose place was taken.
     */
    private ConsistencyToken clamp(ConsistencyToken token) {
        Position asked = floors.codec().position(token);
        boolean pinned = cluster.options().sessions().pin() != null && PositionCodec.beyondAll(asked);
        Node known = cluster.primary();
        if (asked.isNone() || pinned || known.hasBeenAt(asked) || !cluster.up(known)) {
            return token;
        }
        long now = cluster.now();
        Node.Seen primary = primarySince(now);
        return primary == null || primary.position().covers(asked) || mayBeReplaced(primary.position(), asked, now)
                ? token
                : floors.codec().replace(token, primary.position());
    }

    /** Whether a node that does not answer may have taken the primary's place, and be where the token is from. */
    private boolean mayBeReplaced(Position primary, Position asked, long now) {
        if (asked.timeline() <= primary.timeline() || PositionCodec.beyondAll(asked)) {
            return false;
        }
        BooleanSupplier allAnswered = () -> cluster.nodes().stream().allMatch(node -> node.seenSince(now));
        try {
            return !cluster.refresh(
                    allAnswered, cluster.options().probeTimeout().toNanos());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    private boolean settle(SessionFloor floor) {
        try {
            return floors.settle(floor, cluster.options().probeTimeout().toNanos());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
