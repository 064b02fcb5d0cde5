package dev.headroom.router.shard;

import dev.headroom.config.Checks;
import dev.headroom.router.RouteScope;
import dev.headroom.router.Routers;
import dev.headroom.router.shard.ShardTable.Entry;
import dev.headroom.router.shard.ShardTable.State;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** Runs units where their logical database is, and follows it when it has moved. */
final class ShardUnits {
    private static final int MOST_HOPS = 16;
    private static final long PAUSE = TimeUnit.MILLISECONDS.toNanos(10);

    private final Routers routers;
    private final Shards shards;
    private final Duration moveWait;

    ShardUnits(Routers routers, Shards shards, Duration moveWait) {
        this.routers = routers;
        this.shards = shards;
        this.moveWait = moveWait;
    }

    /** @throws dev.headroom.config.ConfigurationException if there is no router for it */
    void requireCluster(String cluster) {
        routers.get(cluster);
    }

    /** Work in a transaction. */
    interface Work<T extends @Nullable Object> {
        T run(Connection connection) throws SQLException;
    }

    /** What came of one try: a result, or where to look next. */
    private record Tried<T extends @Nullable Object>(
            boolean done, @Nullable T result, @Nullable Entry entry) {}

    <T extends @Nullable Object> T inTransaction(String cluster, Work<T> work) throws SQLException {
        try (RouteScope.Handle scope = RouteScope.primary().open();
                Connection connection = routers.get(cluster).dataSource().getConnection()) {
            Objects.requireNonNull(scope);
            connection.setAutoCommit(false);
            T result = work.run(connection);
            connection.commit();
            return result;
        }
    }

    /** Unlike a transaction on the primary, this may be on a replica; whatever is read in it is of one moment. */
    <T extends @Nullable Object> T inSnapshot(String cluster, RouteScope where, Work<T> work) throws SQLException {
        try (RouteScope.Handle scope = where.open();
                Connection connection = routers.get(cluster).dataSource().getConnection()) {
            Objects.requireNonNull(scope);
            connection.setReadOnly(true);
            connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
            connection.setAutoCommit(false);
            T result = work.run(connection);
            connection.commit();
            return result;
        }
    }

    @SuppressWarnings("NullAway") // the result of work that may return null
    <T extends @Nullable Object> T write(String key, ShardWork<T> work) throws SQLException {
        Checks.present("work", work);
        long end = System.nanoTime() + moveWait.toNanos();
        for (int hops = 0; hops < MOST_HOPS; ) {
            Shard shard = shards.map().locate(key);
            Tried<T> tried = inTransaction(shard.cluster(), connection -> {
                Entry entry = ShardTable.share(connection, shard.database());
                return entry != null && entry.state() == State.OPEN
                        ? new Tried<>(true, work.run(shard, connection), null)
                        : new Tried<>(false, null, entry);
            });
            if (tried.done()) {
                return tried.result();
            }
            if (follow(shard, tried.entry())) {
                hops++;
            } else if (System.nanoTime() - end >= 0) {
                throw new ShardBlockedException(
                        shard.database() + ": still being moved after " + moveWait + " (expected: to be tried again)");
            } else {
                LockSupport.parkNanos(PAUSE);
            }
        }
        throw lost(key);
    }

    @SuppressWarnings("NullAway") // the result of work that may return null
    <T extends @Nullable Object> T read(String key, ShardWork<T> work) throws SQLException {
        Checks.present("work", work);
        RouteScope where = RouteScope.readOnly();
        for (int hops = 0; hops < MOST_HOPS; hops++) {
            Shard shard = shards.map().locate(key);
            Tried<T> tried = inSnapshot(shard.cluster(), where, connection -> {
                Entry entry = ShardTable.read(connection, shard.database());
                return entry != null && entry.state() != State.MOVED
                        ? new Tried<>(true, work.run(shard, connection), null)
                        : new Tried<>(false, null, entry);
            });
            if (tried.done()) {
                return tried.result();
            }
            if (tried.entry() == null && where.target() != RouteScope.Target.PRIMARY) {
                where = RouteScope.primary(); // a replica that does not know yet what has moved here
            } else {
                follow(shard, tried.entry());
            }
        }
        throw lost(key);
    }

    /** Whether it has moved, and where is known now. */
    boolean follow(Shard shard, @Nullable Entry entry) throws SQLException {
        if (entry == null) {
            throw new SQLException(
                    shard.database() + ": not known on " + shard.cluster() + " (expected: Shards.install())", "02000");
        }
        String cluster = entry.cluster();
        if (entry.state() != State.MOVED || cluster == null) {
            return false;
        }
        routers.get(cluster);
        shards.learn(shard.database(), cluster);
        return true;
    }

    private static SQLException lost(String key) {
        return new SQLException("key " + key + ": no cluster has its logical database, each names another", "02000");
    }
}
