package dev.headroom.router.shard;

import dev.headroom.RequestContext;
import dev.headroom.config.Checks;
import dev.headroom.consistency.ConsistencyToken;
import dev.headroom.router.RouteScope;
import dev.headroom.router.Routers;
import dev.headroom.router.internal.RouterGroup;
import dev.headroom.router.shard.ShardTable.Entry;
import dev.headroom.router.shard.ShardTable.State;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Runs units where their logical database is, and follows it when it has moved. */
final class ShardUnits {
    private static final int MOST_HOPS = 16;

    private final Routers routers;
    private final Shards shards;
    private final Duration moveWait;
    private final ShardHandover handover = new ShardHandover(this);

    ShardUnits(Routers routers, Shards shards, Duration moveWait) {
        this.routers = routers;
        this.shards = shards;
        this.moveWait = moveWait;
    }

    /** @throws dev.headroom.config.ConfigurationException if there is no router for it */
    void requireCluster(String cluster) {
        routers.get(cluster);
    }

    boolean hasCluster(String cluster) {
        return routers.clusters().contains(cluster);
    }

    ShardHandover handover() {
        return handover;
    }

    /** Work in a transaction. */
    interface Work<T extends @Nullable Object> {
        T run(Connection connection) throws SQLException;
    }

    /** What came of one try: a result, or where to look next. */
    private record Tried<T extends @Nullable Object>(
            boolean done, @Nullable T result, @Nullable Entry entry) {}

    /** A connection in a transaction on the primary. */
    Connection open(String cluster) throws SQLException {
        try (RouteScope.Handle scope = RouteScope.primary().open()) {
            Objects.requireNonNull(scope);
            Connection connection = routers.get(cluster).dataSource().getConnection();
            connection.setAutoCommit(false); // binds the transaction to the scope, but to no node's connection yet
            return connection;
        }
    }

    <T extends @Nullable Object> T inTransaction(String cluster, Work<T> work) throws SQLException {
        try (Connection connection = open(cluster)) {
            T result = work.run(connection);
            connection.commit();
            return result;
        }
    }

    /** What the primary of a cluster says of a logical database; null if it is not known there. */
    @Nullable Entry entry(String cluster, String database) throws SQLException {
        return inTransaction(cluster, connection -> Optional.ofNullable(ShardTable.read(connection, database)))
                .orElse(null);
    }

    /** Changes a state on a cluster if it still is what it was; whether it was. */
    boolean change(String cluster, String database, Entry before, Entry after) throws SQLException {
        return inTransaction(cluster, connection -> ShardTable.change(connection, database, before, after));
    }

    /** Where a cluster's primary is now: what has committed there shows wherever this is reached. */
    ConsistencyToken position(String cluster) throws SQLException {
        try (Connection connection = open(cluster)) {
            return routers.get(cluster).consistency().capture(connection);
        }
    }

    /** The request, which is not open yet, begins where the caller is. */
    void takeAlong(RequestContext request) {
        if (routers instanceof RouterGroup group) {
            group.takeAlong(request);
        }
    }

    /** What such a request has done is the caller's. */
    void giveBack(RequestContext request) {
        if (routers instanceof RouterGroup group) {
            group.giveBack(request);
        }
    }

    /** Work in a snapshot. */
    interface Look<T extends @Nullable Object> {
        T run(ShardSnapshot snapshot) throws SQLException;
    }

    /** Unlike a transaction on the primary, this may be on a replica; whatever is read in it is of one moment. */
    <T extends @Nullable Object> T inSnapshot(String cluster, RouteScope where, Look<T> look) throws SQLException {
        try (RouteScope.Handle scope = where.open();
                Connection connection = routers.get(cluster).dataSource().getConnection()) {
            Objects.requireNonNull(scope);
            T result = look.run(ShardSnapshot.begin(connection));
            connection.commit();
            return result;
        }
    }

    @SuppressWarnings("NullAway") // the result of work that may return null
    <T extends @Nullable Object> T write(String key, ShardWork<T> work) throws SQLException {
        Checks.present("work", work);
        ShardWait wait = new ShardWait(this, moveWait);
        for (int hops = 0; hops < MOST_HOPS; ) {
            Shard shard = shards.map().locate(key);
            Tried<T> tried = inTransaction(shard.cluster(), connection -> {
                Entry entry = ShardTable.share(connection, shard.database());
                return entry != null && entry.state() == State.OPEN
                        ? new Tried<>(true, work.run(shard, connection), entry)
                        : new Tried<>(false, null, entry);
            });
            Entry entry = tried.entry();
            if (tried.done() && entry != null) {
                wrote(entry.position());
                return tried.result();
            }
            if (follow(shard, entry)) {
                hops++;
            } else {
                wait.untilOpen(shard);
            }
        }
        throw lost(key);
    }

    /** Who has written here, and looks for it where it was before, must be told there that it has moved. */
    private void wrote(ConsistencyToken position) {
        if (!position.isNone() && routers instanceof RouterGroup group) {
            group.wrote(position);
        }
    }

    @SuppressWarnings("NullAway") // the result of work that may return null
    <T extends @Nullable Object> T read(String key, ShardWork<T> work) throws SQLException {
        Checks.present("work", work);
        RouteScope where = RouteScope.readOnly();
        for (int hops = 0; hops < 2 * MOST_HOPS; hops++) {
            Shard shard = shards.map().locate(key);
            Tried<T> tried = atArrival(shard, where, snapshot -> {
                Entry entry = snapshot.read(shard.database());
                return entry != null && entry.state().here()
                        ? new Tried<>(true, work.run(shard, snapshot.connection()), entry)
                        : new Tried<>(false, null, entry);
            });
            if (tried.done()) {
                return tried.result();
            }
            if (where.target() != RouteScope.Target.PRIMARY) {
                where = RouteScope.primary(); // what a replica says may be long ago
            } else {
                follow(shard, tried.entry());
                where = RouteScope.readOnly();
            }
        }
        throw lost(key);
    }

    /** In a snapshot that shows the logical database's arrival, as far as this JVM knows of it. */
    private <T extends @Nullable Object> T atArrival(Shard shard, RouteScope where, Look<T> look) throws SQLException {
        ConsistencyToken arrival = shards.arrival(shard);
        if (arrival.isNone()) {
            return inSnapshot(shard.cluster(), where, look);
        }
        try {
            return routers.consistency().within(arrival, () -> inSnapshot(shard.cluster(), where, look));
        } catch (SQLException | RuntimeException failure) {
            throw failure;
        } catch (Exception failure) {
            throw new SQLException(shard.database() + ": " + failure.getMessage(), failure);
        }
    }

    /** Goes where the primary of a cluster has said that it is; false if that is still there. */
    boolean follow(Shard shard, @Nullable Entry entry) throws SQLException {
        if (entry == null) {
            throw new SQLException(
                    shard.database() + ": not known on " + shard.cluster() + " (expected: Shards.install())", "02000");
        }
        String cluster = entry.cluster();
        if (entry.state().here() || cluster == null) {
            return false;
        }
        routers.get(cluster);
        shards.learn(shard.database(), cluster, entry.state().left() ? entry.position() : ConsistencyToken.NONE);
        return true;
    }

    /** Where a logical database is by the primaries' own word. */
    Shard current(String database) throws SQLException {
        for (int hops = 0; hops < MOST_HOPS; hops++) {
            Shard shard = shards.map().database(database);
            if (!follow(shard, entry(shard.cluster(), database))) {
                return shard;
            }
        }
        throw lost(database);
    }

    private static SQLException lost(String key) {
        return new SQLException(key + ": no cluster has its logical database, each names another", "02000");
    }
}
