package dev.headroom.router.internal;

import dev.headroom.RequestContext;
import dev.headroom.consistency.Consistency;
import dev.headroom.consistency.ConsistencyToken;
import dev.headroom.router.internal.TokenEntries.Entry;
import dev.headroom.router.spi.Position;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.function.ToLongFunction;

/** Read-your-writes over several clusters: one token with a position of each, or as many as there is room for. */
final class GroupConsistency implements Consistency, TokenEntries.Clusters {
    /**
     * Of a token with what the client may not have written, in characters: half of what a token may have, for what the client writes next must go into it,
     * too.
     */
    private static final int MOST_ADDED = 256;

    private final List<Router> routers;
    private final Map<String, RouterConsistency> clusters = new LinkedHashMap<>();

    GroupConsistency(List<Router> routers) {
        this.routers = routers;
        routers.forEach(router -> clusters.put(router.cluster(), router.positions()));
    }

    @Override
    public boolean has(String cluster) {
        return clusters.containsKey(cluster);
    }

    @Override
    public boolean reachedByAll(String cluster, Entry entry) {
        RouterConsistency own = clusters.get(cluster);
        return own != null && own.codec().reachedByAll(entry);
    }

    @Override
    public boolean replaced(String cluster) {
        RouterConsistency own = clusters.get(cluster);
        return own != null && own.codec().replaced();
    }

    @Override
    public ConsistencyToken current() {
        return raised(RouterConsistency::beyondToken);
    }

    /** What the current request was told to see and has written. */
    ConsistencyToken written() {
        return raised(RouterConsistency::writtenBeyondToken);
    }

    /** A token that covers the current request's and a position of each cluster. */
    private ConsistencyToken raised(Function<RouterConsistency, Position> positions) {
        ConsistencyToken token = Floors.token();
        TokenEntries all = TokenEntries.of(token);
        boolean changed = false;
        for (RouterConsistency cluster : clusters.values()) {
            changed |= cluster.raise(all, positions.apply(cluster), this);
        }
        return changed ? all.token(this) : token;
    }

    /** A token of a position of each cluster. */
    private ConsistencyToken token(Function<RouterConsistency, Position> positions) {
        return entries(positions).token(this);
    }

    private TokenEntries entries(Function<RouterConsistency, Position> positions) {
        TokenEntries all = TokenEntries.of(ConsistencyToken.NONE);
        for (RouterConsistency cluster : clusters.values()) {
            Position position = positions.apply(cluster);
            if (!position.isNone()) {
                all.raise(cluster.codec().cluster(), cluster.codec().entry(position));
            }
        }
        return all;
    }

    /** The position of the cluster that a routed connection belongs to; of any other connection that is not known, so those of all. */
    @Override
    public ConsistencyToken capture(Connection connection) throws SQLException {
        RoutedConnection routed = RoutedConnection.of(connection);
        if (routed == null) {
            Map<RouterConsistency, Long> asked = asked(RouterConsistency::askForCapture);
            return token(cluster -> cluster.captured(asked.getOrDefault(cluster, 0L)));
        }
        for (Router router : routers) {
            if (routed.belongsTo(router)) {
                return router.consistency().capture(connection);
            }
        }
        return ConsistencyToken.NONE;
    }

    /** All are asked before any is waited for. */
    private Map<RouterConsistency, Long> asked(ToLongFunction<RouterConsistency> ask) {
        Map<RouterConsistency, Long> asked = new LinkedHashMap<>();
        clusters.values().forEach(cluster -> asked.put(cluster, ask.applyAsLong(cluster)));
        return asked;
    }

    @Override
    public ConsistencyToken newest() {
        TokenEntries all = entries(RouterConsistency::beyondPrimary);
        return (all.fit() ? all : TokenEntries.ofAll()).token(this);
    }

    @Override
    public ConsistencyToken combine(ConsistencyToken a, ConsistencyToken b) {
        return PositionCodec.combine(a, b, this);
    }

    @Override
    public <T> T within(ConsistencyToken token, Callable<T> call) throws Exception {
        if (token.isNone()) {
            return call.call();
        }
        RequestContext inner = Inner.begin(this::current, real(token), this, this::takeAlong);
        ConsistencyToken before = inner.consistency();
        try {
            return inner.call(call);
        } finally {
            clusters.values().forEach(cluster -> cluster.wrote(inner.consistency(), before));
            clusters.values().forEach(cluster -> cluster.ended(inner));
        }
    }

    /** Each cuts down its own cluster's entry and leaves the others. */
    private ConsistencyToken real(ConsistencyToken token) {
        TokenEntries all = TokenEntries.of(token);
        boolean changed = false;
        for (Map.Entry<RouterConsistency, Long> asked :
                asked(cluster -> cluster.ask(all)).entrySet()) {
            changed |= asked.getKey().cutDown(all, asked.getValue());
        }
        return changed ? all.token(this) : token;
    }

    /** The token with the newest positions; of clusters that it says nothing of only as long as it is short, for it goes into a cookie. */
    ConsistencyToken newest(ConsistencyToken token) {
        TokenEntries all = TokenEntries.of(token);
        clusters.forEach((name, cluster) -> {
            Position newest = cluster.newestKnown();
            if (!newest.isNone() && all.get(name) != null) {
                all.raise(name, cluster.codec().added(newest));
            }
        });
        clusters.forEach((name, cluster) -> {
            Entry newest = cluster.codec().added(cluster.newestKnown());
            boolean covered = newest.position().isNone() || all.get(name) != null || all.others() != 0;
            if (!covered && all.lengthWith(name, newest) <= MOST_ADDED) {
                all.raise(name, newest);
            }
        });
        return all.token(this);
    }

    /** The current request has written up to the token. */
    void wrote(ConsistencyToken token) {
        clusters.values().forEach(cluster -> cluster.wrote(token));
    }

    /** The request begins where the current one is, or the thread. */
    void takeAlong(RequestContext request) {
        clusters.values().forEach(cluster -> cluster.begins(request));
    }

    /** What the request has done, which has taken along what the current one had, is the current one's, or the thread's. */
    void giveBack(RequestContext request) {
        wrote(request.consistency());
        clusters.values().forEach(cluster -> cluster.ended(request));
    }

    ConsistencyToken admit(String untrusted, Duration life) {
        TokenEntries all = Inner.untrusted(untrusted, life);
        asked(cluster -> cluster.ask(all)).forEach((cluster, asked) -> cluster.admit(all, asked));
        return all.token(this);
    }
}
