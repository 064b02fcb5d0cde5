package dev.headroom.router;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.headroom.RequestContext;
import dev.headroom.router.hikari.HikariNodes;
import dev.headroom.testkit.DatabaseCluster;
import dev.headroom.testkit.DatabaseNode;
import dev.headroom.testkit.MariaDbCluster;
import dev.headroom.testkit.PostgresNode;
import dev.headroom.testkit.TestDatabase;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import javax.sql.DataSource;

/**
 * A database on a real cluster of PostgreSQL or MariaDB, its pools, and a router over them. Nodes are named {@code p}, {@code r1}, {@code r2} …
 */
public final class Rig implements AutoCloseable {
    final TestDatabase database;
    final List<HikariDataSource> pools = new ArrayList<>();
    public final ReplicaRouter router;
    private final DatabaseCluster cluster;

    /**
     * Where the pools and the probes connect, with what further parameters of the URL, how many connections a pool has, and how long it tries an idle
     * one out.
     */
    record Ways(Function<DatabaseNode, String> addresses, String parameters, int poolSize, Duration trial) {
        Ways(Function<DatabaseNode, String> addresses, String parameters, int poolSize) {
            this(addresses, parameters, poolSize, Duration.ofSeconds(5));
        }

        static Ways direct() {
            return new Ways(Rig::address, "", 10);
        }
    }

    private final Ways ways;

    public Rig(DatabaseCluster cluster, int standbys, UnaryOperator<ReplicaRouterBuilder> options) {
        this(cluster, standbys, Ways.direct(), options);
    }

    Rig(DatabaseCluster cluster, int standbys, Ways ways, UnaryOperator<ReplicaRouterBuilder> options) {
        this.cluster = cluster;
        this.ways = ways;
        this.database = cluster.createDatabase();
        ReplicaRouterBuilder builder = ReplicaRouter.builder("main").primary(node("p", cluster.primary()));
        int number = 1;
        for (DatabaseNode standby : cluster.standbys().subList(0, standbys)) {
            builder.replica(node("r" + number++, standby));
        }
        execute(
                database.dataSource(),
                "create table note (id bigint "
                        + (mariaDb() ? "auto_increment" : "generated always as identity")
                        + " primary key, text text)");
        cluster.waitUntilCaughtUp();
        this.router = options.apply(builder.probeEvery(Duration.ofMillis(50))).build();
    }

    /** Options under which nothing is diverted merely because the machine is busy. */
    static ReplicaRouterBuilder patient(ReplicaRouterBuilder options) {
        return options.probeTimeout(Duration.ofSeconds(3))
                .staleness(Duration.ofSeconds(20), Duration.ofSeconds(60))
                .waitForReplica(Duration.ofSeconds(3))
                .acquireTimeout(Duration.ofSeconds(3))
                .maxReadWait(Duration.ofSeconds(10));
    }

    private boolean mariaDb() {
        return cluster instanceof MariaDbCluster;
    }

    static String address(DatabaseNode node) {
        return node.host() + ":" + node.port();
    }

    private NodeSpec node(String name, DatabaseNode node) {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(
                database.jdbcUrl(node).replace(address(node), ways.addresses().apply(node)) + ways.parameters());
        if (!mariaDb()) {
            config.setSchema("public"); // so that the pool undoes setSchema
        }
        config.setMaximumPoolSize(ways.poolSize());
        config.setConnectionTimeout(3_000);
        config.setMinimumIdle(2);
        config.setValidationTimeout(ways.trial().toMillis());
        HikariDataSource pool = new HikariDataSource(config);
        pools.add(pool);
        return HikariNodes.node(name, pool);
    }

    /** Another router over the same pools. */
    public ReplicaRouter secondRouter(UnaryOperator<ReplicaRouterBuilder> options) {
        return secondRouter("main", options);
    }

    /** The same as a cluster of another name. */
    public ReplicaRouter secondRouter(String name, UnaryOperator<ReplicaRouterBuilder> options) {
        ReplicaRouterBuilder builder = ReplicaRouter.builder(name).primary(HikariNodes.node("p", pools.get(0)));
        for (int number = 1; number < pools.size(); number++) {
            builder.replica(HikariNodes.node("r" + number, pools.get(number)));
        }
        return options.apply(builder).build();
    }

    public PostgresNode standby(int number) {
        return (PostgresNode) replica(number);
    }

    DatabaseNode replica(int number) {
        return cluster.standbys().get(number - 1);
    }

    public DataSource dataSource() {
        return router.dataSource();
    }

    /** Inserts a note in a transaction of its own and returns its id. */
    public long insert(String text) throws SQLException {
        try (Connection connection = dataSource().getConnection()) {
            connection.setAutoCommit(false);
            long id = insert(connection, text);
            connection.commit();
            return id;
        }
    }

    public static long insert(Connection connection, String text) throws SQLException {
        try (PreparedStatement insert =
                connection.prepareStatement("insert into note (text) values (?) returning id")) {
            insert.setString(1, text);
            try (ResultSet row = insert.executeQuery()) {
                row.next();
                return row.getLong(1);
            }
        }
    }

    /** Whether a read-only scope sees the note, and who answered. */
    public Answer read(long id) throws Exception {
        return RouteScope.readOnly().call(() -> readInScope(id));
    }

    /** Whether the thread's scope sees the note, and who answered. */
    Answer readInScope(long id) throws SQLException {
        try (Connection connection = dataSource().getConnection()) {
            return read(connection, id);
        }
    }

    static Answer read(Connection connection, long id) throws SQLException {
        return new Answer(select(connection, id), nodeOf(connection));
    }

    /** Whether a connection, perhaps a routed one, sees the note. */
    public static boolean select(Connection connection, long id) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement("select count(*) from note where id = ?")) {
            select.setLong(1, id);
            try (ResultSet row = select.executeQuery()) {
                row.next();
                return row.getInt(1) == 1;
            }
        }
    }

    static String nodeOf(Connection connection) throws SQLException {
        return connection.unwrap(Routed.class).decision().map(Rig::nodeOf).orElse("none");
    }

    public static String nodeOf(RouteDecision decision) {
        if (decision instanceof RouteDecision.ToReplica to) {
            return to.node();
        }
        return decision instanceof RouteDecision.ToPrimary to ? to.node() : "refused";
    }

    static void execute(DataSource dataSource, String sql) {
        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(sql, e);
        }
    }

    NodeStatus status(String node) {
        return router.nodes().stream()
                .filter(status -> status.name().equals(node))
                .findFirst()
                .orElseThrow();
    }

    @Override
    public void close() {
        router.close();
        pools.forEach(HikariDataSource::close);
        database.close();
    }

    public record Answer(boolean seen, String node) {}

    /** Where a request of its own reads, which need see nothing in particular. */
    static String readOn(ReplicaRouter router) throws Exception {
        return RequestContext.builder()
                .build()
                .call(() -> RouteScope.readOnly().call(() -> {
                    try (Connection connection = router.dataSource().getConnection()) {
                        return Rig.read(connection, 1).node();
                    }
                }));
    }
}
