package dev.headroom.router.shard;

import dev.headroom.RequestContext;
import dev.headroom.config.Checks;
import dev.headroom.router.RouteScope;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
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
    private final int concurrency;
    private final ThreadPoolExecutor threads;

    ShardScatter(ShardUnits units, Shards shards, int concurrency, boolean allowPartial) {
        this.units = units;
        this.shards = shards;
        this.allowPartial = allowPartial;
        this.concurrency = concurrency;
        AtomicInteger number = new AtomicInteger();
        this.threads = new ThreadPoolExecutor(
                concurrency, concurrency, 20, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
                    Thread thread = new Thread(task, "headroom-shards-scatter-" + number.incrementAndGet());
                    thread.setDaemon(true);
                    return thread;
                });
        threads.allowCoreThreadTimeOut(true);
    }

    /** What one cluster gave, and what it said is elsewhere. */
    private record Part<T extends @Nullable Object>(
            boolean any, @Nullable T result, List<Shard> elsewhere) {}

    <T extends @Nullable Object> Scattered<T> run(ScatterWork<T> work) throws SQLException, InterruptedException {
        Checks.present("work", work);
        List<T> results = new ArrayList<>();
        Map<String, Exception> failures = new LinkedHashMap<>();
        ShardMap map = shards.map();
        Map<String, List<Shard>> pending = new LinkedHashMap<>();
        map.clusters().forEach(cluster -> pending.put(cluster, map.on(cluster)));
        for (int round = 0; round < MOST_ROUNDS && !pending.isEmpty(); round++) {
            // What a replica says of what is not there may be long ago; the primary knows.
            RouteScope where = round == 0 ? RouteScope.readOnly() : RouteScope.primary();
            List<Shard> elsewhere = round(where, work, pending, results, failures);
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
        return new Scattered<>(Collections.unmodifiableList(results), Collections.unmodifiableMap(failures));
    }

    @SuppressWarnings("NullAway") // results of work that may return null
    private <T extends @Nullable Object> List<Shard> round(
            RouteScope where,
            ScatterWork<T> work,
            Map<String, List<Shard>> pending,
            List<T> results,
            Map<String, Exception> failures)
            throws SQLException, InterruptedException {
        Map<String, Future<Part<T>>> running = new LinkedHashMap<>();
        pending.forEach((cluster, wanted) -> {
            Callable<Part<T>> task = () -> part(where, cluster, wanted, work);
            running.put(cluster, threads.submit(RequestContext.wrap(task)));
        });
        List<Shard> elsewhere = new ArrayList<>();
        SQLException first = null;
        try {
            for (Map.Entry<String, Future<Part<T>>> cluster : running.entrySet()) {
                try {
                    Part<T> part = cluster.getValue().get();
                    if (part.any()) {
                        results.add(part.result());
                    }
                    elsewhere.addAll(part.elsewhere());
                } catch (ExecutionException failed) {
                    Exception cause = failed.getCause() instanceof Exception known ? known : failed;
                    if (allowPartial) {
                        failures.put(cluster.getKey(), cause);
                    } else {
                        first = worse(first, cluster.getKey(), cause);
                        running.values().forEach(other -> other.cancel(false)); // those that have not begun
                        break;
                    }
                }
            }
        } catch (InterruptedException interrupted) {
            running.values().forEach(other -> other.cancel(true));
            throw interrupted;
        }
        if (first != null) {
            throw first;
        }
        return elsewhere;
    }

    private static SQLException worse(@Nullable SQLException first, String cluster, Exception cause) {
        SQLException failure = new SQLException("scatter: cluster " + cluster + ": " + cause.getMessage(), cause);
        if (first == null) {
            return failure;
        }
        first.addSuppressed(failure);
        return first;
    }

    private <T extends @Nullable Object> Part<T> part(
            RouteScope where, String cluster, List<Shard> wanted, ScatterWork<T> work) throws SQLException {
        return units.inSnapshot(cluster, where, connection -> {
            Set<String> here = ShardTable.here(connection);
            List<Shard> mine = new ArrayList<>();
            List<Shard> elsewhere = new ArrayList<>();
            for (Shard shard : wanted) {
                if (here.contains(shard.database())) {
                    mine.add(shard);
                } else {
                    if (where.target() == RouteScope.Target.PRIMARY) {
                        units.follow(shard, ShardTable.read(connection, shard.database()));
                    }
                    elsewhere.add(shard);
                }
            }
            return mine.isEmpty()
                    ? new Part<>(false, null, elsewhere)
                    : new Part<>(true, work.run(cluster, mine, connection), elsewhere);
        });
    }

    @Override
    public void close() {
        threads.shutdown();
    }

    @Override
    public String toString() {
        return "ShardScatter[" + concurrency + "]";
    }
}
