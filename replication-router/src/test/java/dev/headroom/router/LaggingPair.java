package dev.headroom.router;

import dev.headroom.router.spi.Position;
import dev.headroom.router.spi.ReplicationDialect;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import org.h2.jdbcx.JdbcConnectionPool;

/**
 * A cluster of two databases in memory, of which the replica, {@code r}, shows nothing of what is written on the primary, {@code p}, and says so; until
 * the test says that it has caught up, and it says that it has.
 */
class LaggingPair implements ReplicationDialect, AutoCloseable {
    private final String name;
    private final JdbcConnectionPool primary;
    private final JdbcConnectionPool replica;
    private final AtomicLong written = new AtomicLong(1);
    private volatile long replayed = 1;
    final ReplicaRouter router;

    LaggingPair(String name, Duration probeEvery) {
        this(name, probeEvery, options -> options);
    }

    @SuppressWarnings("this-escape") // probes begin at once
    LaggingPair(String name, Duration probeEvery, UnaryOperator<ReplicaRouterBuilder> options) {
        this.name = name;
        this.primary = pool("p");
        this.replica = pool("r");
        this.router = options.apply(Rig.patient(ReplicaRouter.builder(name)))
                .probeEvery(probeEvery)
                .staleness(Duration.ofMinutes(10), Duration.ofMinutes(20))
                .waitForReplica(Duration.ofMillis(20))
                .dialect(this)
                .primary(NodeSpec.of("p", primary).probe(url("p"), "sa", ""))
                .replica(NodeSpec.of("r", replica).probe(url("r"), "sa", ""))
                .build();
    }

    private String url(String node) {
        return "jdbc:h2:mem:" + name + "-" + node + ";DB_CLOSE_DELAY=-1";
    }

    private JdbcConnectionPool pool(String node) {
        JdbcConnectionPool pool = JdbcConnectionPool.create(url(node), "sa", "");
        Rig.execute(pool, "create table note (id int)");
        return pool;
    }

    JdbcConnectionPool primaryPool() {
        return primary;
    }

    /** The replica shows all. */
    void catchUp() {
        Rig.execute(replica, "merge into note key (id) values (1)");
        replayed = written.get();
    }

    /** The replica has never shown anything that is written from now on. */
    void fallBehind() {
        Rig.execute(primary, "delete from note");
        Rig.execute(replica, "delete from note");
        written.incrementAndGet();
        replayed = written.get();
    }

    /** The position that is told of a node. */
    long position(String node) {
        return node.equals("p") ? written.get() : replayed;
    }

    void write() throws SQLException {
        try (Connection connection = router.dataSource().getConnection()) {
            connection.setAutoCommit(false);
            connection.createStatement().executeUpdate("insert into note values (1)");
            connection.commit();
        }
    }

    /** Whether the note is seen, and where: {@code true p}. */
    String read() throws Exception {
        return RouteScope.readOnly().call(() -> {
            try (Connection connection = router.dataSource().getConnection();
                    var rows = connection.createStatement().executeQuery("select count(*) from note")) {
                rows.next();
                return (rows.getInt(1) > 0) + " " + Rig.nodeOf(connection);
            }
        });
    }

    @Override
    public Answer probe(Asked node, Connection connection) throws SQLException {
        boolean first = node.name().equals("p");
        return new Answer(first ? NodeRole.PRIMARY : NodeRole.REPLICA, new Position(1, position(node.name())));
    }

    @Override
    public Commit commit(Connection connection) throws SQLException {
        connection.commit();
        return new Commit(true, written.incrementAndGet());
    }

    @Override
    public Optional<Position> capture(Connection connection) {
        return Optional.of(new Position(1, written.get()));
    }

    @Override
    public boolean speaks(Connection connection) {
        return true;
    }

    @Override
    public void close() {
        router.close();
        for (JdbcConnectionPool pool : new JdbcConnectionPool[] {primary, replica}) {
            Rig.execute(pool, "shutdown");
            pool.dispose();
        }
    }
}
