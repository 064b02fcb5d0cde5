package dev.headroom.cache;

import dev.headroom.consistency.Consistency;
import dev.headroom.consistency.ConsistencyToken;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;

/** Positions in alphabetical order; the later one covers both. Writes down where loads had to read. */
final class Positions implements Consistency {
    final List<String> within = new ArrayList<>();
    /** How often the current one was asked for. */
    final AtomicInteger asked = new AtomicInteger();

    volatile String current = "";
    private final String newest;

    Positions(String newest) {
        this.newest = newest;
    }

    @Override
    public ConsistencyToken current() {
        asked.incrementAndGet();
        return new ConsistencyToken(current);
    }

    @Override
    public ConsistencyToken capture(Connection connection) {
        return current();
    }

    @Override
    public ConsistencyToken newest() {
        return new ConsistencyToken(newest);
    }

    @Override
    public ConsistencyToken combine(ConsistencyToken a, ConsistencyToken b) {
        return a.value().compareTo(b.value()) >= 0 ? a : b;
    }

    @Override
    public <T> T within(ConsistencyToken token, Callable<T> call) throws Exception {
        within.add(token.value());
        return call.call();
    }
}
