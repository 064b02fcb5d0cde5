package dev.headroom.router.shard;

import dev.headroom.config.Checks;
import dev.headroom.config.ConfigurationException;
import dev.headroom.consistency.ConsistencyToken;
import dev.headroom.router.RouteDecision;
import dev.headroom.router.RouteScope;
import dev.headroom.router.Routers;
import java.sql.SQLException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Logical databases at work: runs reads and writes where a key's rows are, reads many at once, and moves them between clusters while the
 * application runs.
 *
 * <p>Each cluster keeps small tables that say which logical databases are on it, and these are the truth for all JVMs; the
 * {@link ShardMap} is what this JVM believes, and is put right by them. So a move is done in one JVM, and the others need not be told. It
 * costs a write two short queries more, and a read one, in their own transactions.
 *
 * <p>A logical database is <em>open</em>; while it is moved <em>blocked</em> for writes, which wait; and then <em>moved</em>. Reads go on all
 * the time. There are no transactions and no joins over several.
 *
 * <p>Thread-safe.
 *
 * <pre>{@code
 * Shards shards = Shards.builder(map, routers).build();
 * shards.install();                                            // once, with every cluster there
 * shards.write("customer-17", (shard, connection) -> insert(connection, shard.database(), order));
 * List<Order> orders = shards.read("customer-17", (shard, connection) -> select(connection, shard.database()));
 * shards.move("db0042", "s2", TableMove.by("shard", "customer_order"));
 * }</pre>
 */
public final class Shards implements AutoCloseable {
    private final Routers routers;
    private final AtomicReference<ShardMap> map;
    private final Map<String, Arrival> arrivals = new ConcurrentHashMap<>();
    private final ShardUnits units;
    private final ShardScatter scatter;
    private final ShardMover mover;

    private Shards(Builder builder) {
        this.routers = builder.routers;
        this.map = new AtomicReference<>(builder.map);
        this.units = new ShardUnits(routers, this, builder.moveWait);
        this.scatter =
                new ShardScatter(units, this, builder.scatterConcurrency, builder.allowPartial, builder.scatterWait);
        this.mover = new ShardMover(units, (int) builder.moveWait.toSeconds());
    }

    /**
     * A builder.
     *
     * @param map where the logical databases are, as far as is known; what was moved since is found out
     * @param routers a router for each cluster of the map
     * @throws ConfigurationException if there is no router for a cluster of the map
     */
    public static Builder builder(ShardMap map, Routers routers) {
        Checks.present("map", map).clusters().forEach(Checks.present("routers", routers)::get);
        return new Builder(map, routers);
    }

    /**
     * Makes the tables on every cluster, and notes the logical databases that no cluster has noted yet. Not to be run by two at one time,
     * nor during a move.
     *
     * @throws SQLException also if a cluster has noted a logical database that the map places elsewhere, on a cluster that knows nothing of
     *     it; nothing is noted then
     */
    public void install() throws SQLException {
        ShardMap wanted = map();
        Map<String, Map<String, ShardTable.Entry>> noted = new LinkedHashMap<>();
        for (String cluster : routers.clusters()) {
            noted.put(cluster, units.inTransaction(cluster, connection -> {
                ShardTable.create(connection);
                return ShardTable.all(connection);
            }));
        }
        for (String cluster : routers.clusters()) {
            for (Shard shard : wanted.on(cluster)) {
                requireNotedHereOrNowhere(shard, noted);
            }
        }
        for (String cluster : routers.clusters()) {
            units.inTransaction(cluster, connection -> {
                ShardTable.open(connection, wanted.on(cluster));
                return true;
            });
        }
    }

    private static void requireNotedHereOrNowhere(Shard shard, Map<String, Map<String, ShardTable.Entry>> noted)
            throws SQLException {
        if (noted.getOrDefault(shard.cluster(), Map.of()).containsKey(shard.database())) {
            return;
        }
        for (Map.Entry<String, Map<String, ShardTable.Entry>> cluster : noted.entrySet()) {
            ShardTable.Entry entry = cluster.getValue().get(shard.database());
            if (entry != null) {
                throw new SQLException(
                        "map: " + shard.database() + " on " + shard.cluster() + ", but " + cluster.getKey()
                                + " has noted it as " + entry.state()
                                + " (expected: the map as it was; Shards.move changes it)",
                        "22023");
            }
        }
    }

    /** Where the logical databases are, as far as this JVM knows. */
    public ShardMap map() {
        return map.get();
    }

    /**
     * The node that takes the writes of a logical database now, empty while there is none: what tools and people look up.
     *
     * @throws ConfigurationException if there is no such logical database
     */
    public Optional<String> host(String database) {
        RouteDecision decision = routers.get(map().database(database).cluster()).decide(RouteScope.primary());
        return decision instanceof RouteDecision.ToPrimary to ? Optional.of(to.node()) : Optional.empty();
    }

    /**
     * Runs work that may write, in one transaction on the primary of the key's cluster, and commits it. While the logical database is being
     * moved it waits, before anything was done.
     *
     * @throws ShardBlockedException if that takes longer than {@link Builder#moveWait}
     */
    public <T extends @Nullable Object> T write(String key, ShardWork<T> work) throws SQLException {
        return units.write(key, work);
    }

    /**
     * Runs work that only reads, in one transaction on a snapshot, on a replica if one is fresh enough. A logical database that a lagging
     * replica does not know yet is read on the primary.
     */
    public <T extends @Nullable Object> T read(String key, ShardWork<T> work) throws SQLException {
        return units.read(key, work);
    }

    /**
     * Reads all logical databases, cluster by cluster, so many at one time as {@link Builder#scatterConcurrency} says. Each is read exactly
     * once, also while it is moved. It is not one snapshot of all. A scatter read within the work of another one is done on its thread, one
     * cluster after the other.
     *
     * @throws SQLException the first failure of a cluster, unless partial results are allowed, with its SQL state, and as one of JDBC's transient
     *     exceptions if it is one; a cluster that takes longer than {@link Builder#scatterWait} has failed. What still runs on others a second
     *     after a failure is broken off
     */
    public <T extends @Nullable Object> Scattered<T> scatter(ScatterWork<T> work)
            throws SQLException, InterruptedException {
        return scatter.run(work);
    }

    /**
     * Moves a logical database to another cluster, while the application runs: prepares, blocks its writes and waits for those under way,
     * copies, lets the writes go on at the target, cleans the source. One move of a logical database at a time, whichever process it is run
     * in; others wait for it, at most {@link Builder#moveWait}.
     *
     * <p>If it fails before the target owns it, writes go on at the source as if nothing had been. If the connection to the target is lost
     * while it takes over, and the target does not say within {@link Builder#moveWait} whether it has, writes wait and the failure's SQL
     * state is {@code 08007}. Whatever breaks off, also by the end of the process, is finished or undone by calling it again, in any process;
     * with the cluster where it is, to give a move up. The handover itself is also finished by writes that wait for it.
     *
     * <p>A move holds a connection to the source for its whole time, idle in a transaction. If the mover's machine vanishes without its
     * connections being closed, others wait until the servers notice.
     *
     * @throws ConfigurationException if there is no such logical database or cluster
     * @throws SQLException what a step throws; if writes under way, or another move, did not end within {@link Builder#moveWait}; if another
     *     process has moved it meanwhile ({@code 40001}); if the two clusters have noted what can't be both true ({@code 40000})
     */
    public void move(String database, String toCluster, ShardMove move) throws SQLException {
        mover.move(database, toCluster, Checks.present("move", move));
    }

    /**
     * Where a logical database has moved to.
     *
     * @param position what a read there must have reached to see it
     */
    private record Arrival(String cluster, ConsistencyToken position) {}

    /** What a read there must have reached, as far as this JVM knows. */
    ConsistencyToken arrival(Shard shard) {
        Arrival known = arrivals.get(shard.database());
        return known != null && known.cluster().equals(shard.cluster()) ? known.position() : ConsistencyToken.NONE;
    }

    /** The primary of a cluster has said that a logical database is on another one, from this position on. */
    void learn(String database, String cluster, ConsistencyToken position) {
        if (position.isNone()) {
            arrivals.remove(database);
        } else {
            arrivals.put(database, new Arrival(cluster, position));
        }
        map.updateAndGet(
                known -> known.database(database).cluster().equals(cluster) ? known : known.moved(database, cluster));
    }

    /** Ends the threads; the routers are left alone. */
    @Override
    public void close() {
        scatter.close();
    }

    @Override
    public String toString() {
        return "Shards[" + map() + "]";
    }

    /** Collects options. Not thread-safe. */
    public static final class Builder {
        private final ShardMap map;
        private final Routers routers;
        private Duration moveWait = Duration.ofSeconds(10);
        private int scatterConcurrency = 4;
        private Duration scatterWait = Duration.ofSeconds(30);
        private boolean allowPartial;

        private Builder(ShardMap map, Routers routers) {
            this.map = map;
            this.routers = routers;
        }

        /**
         * How long a write waits for its logical database to be moved, and a move for the writes under way. Default: 10 s.
         *
         * @throws ConfigurationException if less than a second
         */
        public Builder moveWait(Duration wait) {
            Checks.that(wait != null && wait.compareTo(Duration.ofSeconds(1)) >= 0, "moveWait", wait, ">= PT1S");
            this.moveWait = wait;
            return this;
        }

        /**
         * How many clusters one scatter read reads at one time. Threads are there for eight such reads, and others wait in line. Default: 4.
         *
         * @throws ConfigurationException if not 1 to 256
         */
        public Builder scatterConcurrency(int clusters) {
            this.scatterConcurrency = Checks.between("scatterConcurrency", clusters, 1, 256);
            return this;
        }

        /**
         * How long a scatter read waits for all its clusters together; one that has not answered by then has failed, and what runs there is
         * broken off. The request's own deadline shortens it. Default: 30 s.
         *
         * @throws ConfigurationException if not more than zero
         */
        public Builder scatterWait(Duration wait) {
            this.scatterWait = Checks.positive("scatterWait", wait);
            return this;
        }

        /** Whether a scatter read goes on without the clusters that fail, and tells which those were. Default: false, it fails. */
        public Builder allowPartial(boolean allow) {
            this.allowPartial = allow;
            return this;
        }

        /** The shards; nothing is asked of the clusters yet. */
        public Shards build() {
            return new Shards(this);
        }
    }
}
