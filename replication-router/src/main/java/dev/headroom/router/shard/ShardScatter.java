package dev.headroom.router.shard;

import dev.headroom.RequestContext;
import dev.headroom.config.Checks;
import dev.headroom.router.RouteScope;
import dev.headroom.router.shard.ScatterThreads.Asked;
import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.sql.SQLTransientConnectionException;
import java.sql.SQLTransientException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Reads many logical databases. In each round every one is asked of exactly one cluster; a cluster answers for those that it says it has,
 * in the same snapshot, and the others are asked of its primary, and then of where that says they went, in the next rounds. So none is read
 * twice, and none is left out.
 */
final class ShardScatter implements AutoCloseable {
    private static final int MOST_ROUNDS = 8;

    private final ShardUnits units;
    private final Shards shards;
    private final boolean allowPartial;
    private final Duration wait;
    private final ScatterThreads threads;

    ShardScatter(ShardUnits units, Shards shards, int concurrency, boolean allowPartial, Duration wait) {
        this.units = units;
        this.shards = shards;
        this.allowPartial = allowPartial;
        this.wait = wait;
        this.threads = new ScatterThreads(concurrency);
    }

    /** What one cluster gave, and what it said is elsewhere. */
    private record Part<T extends @Nullable Object>(
            boolean any, @Nullable T result, List<Shard> elsewhere) {}

    <T extends @Nullable Object> Scattered<T> run(ScatterWork<T> work) throws SQLException, InterruptedException {
        Checks.present("work", work);
        if (RequestContext.active().isPresent()) {
            return inRequest(work);
        }
        // What a bare thread has written is known to that thread alone; the parts have threads of their own.
        RequestContext request = RequestContext.builder().build();
        units.takeAlong(request);
        try (RequestContext.Scope scope = request.open()) {
            Objects.requireNonNull(scope);
            return inRequest(work);
        } finally {
            units.giveBack(request);
        }
    }

    private <T extends @Nullable Object> Scattered<T> inRequest(ScatterWork<T> work)
            throws SQLException, InterruptedException {
        Found<T> found = new Found<>(new ArrayList<>(), new LinkedHashMap<>());
        long end = ScatterThreads.end(wait);
        ShardMap map = shards.map();
        Map<String, List<Shard>> pending = new LinkedHashMap<>();
        map.clusters().forEach(cluster -> pending.put(cluster, map.on(cluster)));
        for (int round = 0; round < MOST_ROUNDS && !pending.isEmpty(); round++) {
            // What a replica says of what is not there may be long ago; the primary knows.
            RouteScope where = round == 0 ? RouteScope.readOnly() : RouteScope.primary();
            List<Shard> elsewhere = round(where, work, pending, found, end);
            pending.clear();
            for (Shard shard : elsewhere) {
                Shard now = shards.map().database(shard.database());
                pending.computeIfAbsent(now.cluster(), cluster -> new ArrayList<>())
                        .add(now);
            }
        }
        if (!pending.isEmpty()) {
            throw new SQLException(
                    "scatter: " + pending + " could not be found (expected: on the cluster that each names)", "02000");
        }
        return new Scattered<>(
                Collections.unmodifiableList(found.results()), Collections.unmodifiableMap(found.failures()));
    }

    /** What has been found so far. */
    private record Found<T extends @Nullable Object>(List<T> results, Map<String, Exception> failures) {}

    @SuppressWarnings("NullAway") // results of work that may return null
    private <T extends @Nullable Object> List<Shard> round(
            RouteScope where, ScatterWork<T> work, Map<String, List<Shard>> pending, Found<T> found, long end)
            throws SQLException, InterruptedException {
        Map<String, Part<T>> parts = parts(where, work, pending, found.failures(), end);
        List<Shard> elsewhere = new ArrayList<>();
        for (String cluster : pending.keySet()) { // in their order, not in that in which they came
            Part<T> part = parts.get(cluster);
            if (part != null) {
                if (part.any()) {
                    found.results().add(part.result());
                }
                elsewhere.addAll(part.elsewhere());
            }
        }
        return elsewhere;
    }

    /** What comes of each cluster by then. */
    private <T extends @Nullable Object> Map<String, Part<T>> parts(
            RouteScope where,
            ScatterWork<T> work,
            Map<String, List<Shard>> pending,
            Map<String, Exception> failures,
            long end)
            throws SQLException, InterruptedException {
        Map<String, Part<T>> parts = new HashMap<>();
        try (ScatterThreads.Round<Part<T>> round = threads.round()) {
            pending.forEach((cluster, wanted) ->
                    round.add(cluster, connections -> part(where, cluster, wanted, work, connections)));
            try {
                for (Asked<Part<T>> asked = round.next(end); asked != null; asked = round.next(end)) {
                    try {
                        parts.put(asked.cluster(), asked.get());
                    } catch (ExecutionException failed) {
                        Exception cause = failed.getCause() instanceof Exception known ? known : failed;
                        missing(asked.cluster(), cause, failures);
                    }
                }
            } catch (InterruptedException interrupted) {
                round.giveUp();
                throw interrupted;
            }
            for (String silent : round.giveUp()) {
                missing(silent, new SQLTimeoutException("no answer in time (scatterWait: " + wait + ")"), failures);
            }
        }
        return parts;
    }

    private void missing(String cluster, Exception cause, Map<String, Exception> failures) throws SQLException {
        if (!allowPartial) {
            throw failed("scatter: cluster " + cluster + ": " + cause.getMessage(), cause);
        }
        failures.put(cluster, cause);
    }

    /** With the SQL state of the cause, and of a type that says as well whether to try again is worthwhile. */
    private static SQLException failed(String message, Exception cause) {
        if (!(cause instanceof SQLException sql)) {
            return new SQLException(message, cause);
        }
        String state = sql.getSQLState();
        int code = sql.getErrorCode();
        if (sql instanceof SQLTimeoutException) {
            return new SQLTimeoutException(message, state, code, sql);
        }
        if (sql instanceof SQLTransientConnectionException) {
            return new SQLTransientConnectionException(message, state, code, sql);
        }
        return sql instanceof SQLTransientException
                ? new SQLTransientException(message, state, code, sql)
                : new SQLException(message, state, code, sql);
    }

    private <T extends @Nullable Object> Part<T> part(
            RouteScope where, String cluster, List<Shard> wanted, ScatterWork<T> work, PartConnections connections)
            throws SQLException {
        return units.inSnapshot(cluster, where, snapshot -> {
            connections.use(snapshot.connection());
            Set<String> here = snapshot.here();
            List<Shard> mine = new ArrayList<>();
            List<Shard> elsewhere = new ArrayList<>();
            for (Shard shard : wanted) {
                if (here.contains(shard.database())) {
                    mine.add(shard);
                } else {
                    if (where.target() == RouteScope.Target.PRIMARY) {
                        units.follow(shard, snapshot.read(shard.database()));
                    }
                    elsewhere.add(shard);
                }
            }
            return mine.isEmpty()
                    ? new Part<>(false, null, elsewhere)
                    : new Part<>(true, work.run(cluster, mine, snapshot.connection()), elsewhere);
        });
    }

    @Override
    public void close() {
        threads.close();
    }

    @Override
    public String toString() {
        return "ShardScatter[" + threads + "]";
    }
}
