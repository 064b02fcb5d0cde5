package dev.headroom.router.internal;

import dev.headroom.RequestContext;
import dev.headroom.consistency.Consistency;
import dev.headroom.consistency.ConsistencyToken;
import dev.headroom.router.spi.Position;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/** Read-your-writes by position in the primary's log. */
final class RouterConsistency implements Consistency {
    private final Cluster cluster;
    private final Floors floors;

    RouterConsistency(Cluster cluster, Floors floors) {
        this.cluster = cluster;
        this.floors = floors;
    }

    /**
     * The token of what the request was told to see and what it wrote, and with monotonic reads what it has seen. For writes in auto-commit mode the primary may have to be asked;
     * when it does not answer, the token is one that only a primary covers.
     */
    @Override
    public ConsistencyToken current() {
        if (!cluster.replicated()) {
            return floors.token();
        }
        SessionFloor floor = floors.current();
        SessionFloor.Touch touch = floor.touch();
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

    /** Whether the floor covers what was read on a replica. */
    private boolean left(SessionFloor floor) {
        SessionFloor.ReplicaRead read = floor.replicaRead();
        try {
            return read == null
                    || floors.leave(
                            floor, read, cluster.options().probeTimeout().toNanos());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    @Override
    public ConsistencyToken capture(Connection connection) throws SQLException {
        if (!cluster.replicated() || !cluster.dialect().speaks(connection)) {
            return ConsistencyToken.NONE;
        }
        Position position = cluster.dialect().capture(connection).orElseGet(this::sampled);
        return floors.codec().token(position);
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
            cluster.refresh(
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
        return cluster.replicated() ? floors.codec().raise(ConsistencyToken.NONE, beyondAll()) : ConsistencyToken.NONE;
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
        }
    }

    /** What the current request asks for. */
    ConsistencyToken asked() {
        return floors.token();
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

    /** No position beyond the primary's is real. What the last sample does not cover is compared with a fresh one. */
    private ConsistencyToken clamp(ConsistencyToken token) {
        Position asked = floors.codec().position(token);
        if (asked.isNone() || cluster.primary().position().covers(asked)) {
            return token;
        }
        Node.Seen primary = primarySince(cluster.now());
        return primary == null || primary.position().covers(asked)
                ? token
                : floors.codec().replace(token, primary.position());
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
