package dev.headroom.router.internal;

import dev.headroom.RequestContext;
import dev.headroom.consistency.Consistency;
import dev.headroom.consistency.ConsistencyToken;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.Callable;

/** Read-your-writes over several clusters: one token with a position of each. */
final class GroupConsistency implements Consistency {
    /**
     * Of a token with what the client may not have written, in characters: half of what a token may have, for what the client writes next must go into it,
     * too.
     */
    private static final int MOST_ADDED = 256;

    private final List<Router> routers;
    private final Consistency first;

    GroupConsistency(List<Router> routers) {
        this.routers = routers;
        this.first = routers.get(0).consistency();
    }

    @Override
    public ConsistencyToken current() {
        ConsistencyToken all = ConsistencyToken.NONE;
        for (Router router : routers) {
            all = combine(all, router.consistency().current());
        }
        return all;
    }

    /** The position of the cluster that a routed connection belongs to; of any other connection that is not known, so those of all. */
    @Override
    public ConsistencyToken capture(Connection connection) throws SQLException {
        RoutedConnection routed = RoutedConnection.of(connection);
        ConsistencyToken all = ConsistencyToken.NONE;
        for (Router router : routers) {
            if (routed != null && routed.belongsTo(router)) {
                return router.consistency().capture(connection);
            }
            if (routed == null) {
                all = combine(all, router.positions().captureNow());
            }
        }
        return all;
    }

    @Override
    public ConsistencyToken newest() {
        ConsistencyToken all = ConsistencyToken.NONE;
        for (Router router : routers) {
            all = combine(all, router.consistency().newest());
        }
        return all;
    }

    @Override
    public ConsistencyToken combine(ConsistencyToken a, ConsistencyToken b) {
        return first.combine(a, b);
    }

    @Override
    public <T> T within(ConsistencyToken token, Callable<T> call) throws Exception {
        if (token.isNone()) {
            return call.call();
        }
        ConsistencyToken real = token;
        for (Router router : routers) { // each cuts down its own cluster's entry and leaves the others
            real = router.positions().real(real);
        }
        ConsistencyToken before = combine(current(), real); // what was just written without a position included
        RequestContext inner =
                RequestContext.current().with().consistency(before).build();
        try {
            return inner.call(call);
        } finally {
            ConsistencyToken after = inner.consistency();
            if (!after.equals(before)) { // the call has written
                wrote(after);
            }
            routers.forEach(router -> router.positions().ended(inner));
        }
    }

    /** What the current request was told to see and has written. */
    ConsistencyToken written() {
        ConsistencyToken all = ConsistencyToken.NONE;
        for (Router router : routers) {
            all = combine(all, router.written());
        }
        return all;
    }

    /** The token with the newest positions; of clusters that it says nothing of only as long as it is short, for it goes into a cookie. */
    ConsistencyToken newest(ConsistencyToken token) {
        ConsistencyToken all = token;
        for (Router router : routers) {
            if (router.positions().tells(token)) {
                all = raised(router, all);
            }
        }
        for (Router router : routers) {
            if (!router.positions().tells(token) && all.value().length() < MOST_ADDED) {
                ConsistencyToken more = raised(router, all);
                all = more.value().length() <= MOST_ADDED ? more : all;
            }
        }
        return all;
    }

    private static ConsistencyToken raised(Router router, ConsistencyToken token) {
        try {
            return router.newest(token);
        } catch (IllegalArgumentException tooLong) { // its timeline or number has got more digits
            return token;
        }
    }

    /** The current request has written up to the token. */
    void wrote(ConsistencyToken token) {
        routers.forEach(router -> router.positions().wrote(token));
    }

    /** The request begins where the current one is, or the thread. */
    void takeAlong(RequestContext request) {
        routers.forEach(router -> router.positions().begins(request));
    }

    ConsistencyToken admit(String untrusted) {
        ConsistencyToken all = ConsistencyToken.NONE;
        for (Router router : routers) {
            all = combine(all, router.admit(untrusted));
        }
        return all;
    }
}
