package dev.headroom.consistency;

import java.sql.Connection;
import java.util.concurrent.Callable;

/** Knows no positions. */
enum NoConsistency implements Consistency {
    INSTANCE;

    @Override
    public ConsistencyToken current() {
        return ConsistencyToken.NONE;
    }

    @Override
    public ConsistencyToken capture(Connection connection) {
        return ConsistencyToken.NONE;
    }

    @Override
    public ConsistencyToken newest() {
        return ConsistencyToken.NONE;
    }

    @Override
    public ConsistencyToken combine(ConsistencyToken a, ConsistencyToken b) {
        return a.isNone() ? b : a;
    }

    @Override
    public <T> T within(ConsistencyToken token, Callable<T> call) throws Exception {
        return call.call();
    }
}
