package dev.headroom.router.dialect;

import dev.headroom.router.Dialects;
import dev.headroom.router.HeartbeatTable;
import dev.headroom.router.spi.ReplicationDialect;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.h2.jdbcx.JdbcDataSource;
import org.h2.tools.Server;

/**
 * Two H2 servers. H2 has no replicas, so a thread plays the replication: over and over it takes a snapshot of the primary and applies it
 * to the replica in one transaction, which keeps the order of commits.
 */
final class H2Pair implements Pair {
    private static final HeartbeatTable TABLE =
            HeartbeatTable.named("headroom_heartbeat").roleQuery("select takes_writes from node_role");
    private static final int SNAPSHOT = 6;

    private final String suffix = Long.toString(System.nanoTime(), 36);
    private final ReentrantLock applying = new ReentrantLock();
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Thread shipping = new Thread(this::ship, "h2-replication");
    private final int portOfPrimary;
    private final int portOfReplica;
    private Server primary;
    private Server replica;
    private volatile boolean paused;

    H2Pair() throws SQLException {
        primary = server(0);
        replica = server(0);
        portOfPrimary = primary.getPort();
        portOfReplica = replica.getPort();
        for (String node : new String[] {"p", "r1"}) {
            try (Connection connection = DriverManager.getConnection(embedded(node));
                    Statement statement = connection.createStatement()) {
                statement.execute("create table node_role (takes_writes boolean)");
                statement.execute("insert into node_role values (" + node.equals("p") + ")");
                statement.execute(TABLE.ddl());
                if (node.equals("r1")) {
                    statement.execute("create table note (id bigint primary key, text varchar(100))");
                }
            }
        }
        JdbcDataSource dataSource = new JdbcDataSource();
        dataSource.setURL(embedded("p"));
        TABLE.install(dataSource);
        TABLE.install(dataSource); // does no harm
        shipping.start();
    }

    private static Server server(int port) throws SQLException {
        return Server.createTcpServer("-tcpPort", String.valueOf(port), "-ifNotExists", "-tcpDaemon")
                .start();
    }

    private String embedded(String node) {
        return "jdbc:h2:mem:" + node + suffix + ";DB_CLOSE_DELAY=-1";
    }

    private void ship() {
        try (Connection from = DriverManager.getConnection(embedded("p"));
                Connection to = DriverManager.getConnection(embedded("r1"))) {
            from.setAutoCommit(false);
            from.setTransactionIsolation(SNAPSHOT);
            to.setAutoCommit(false);
            while (!closed.await(3, TimeUnit.MILLISECONDS)) {
                applying.lock();
                try {
                    if (!paused && noteExists(from)) {
                        apply(from, to);
                    }
                } finally {
                    applying.unlock();
                }
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static boolean noteExists(Connection connection) throws SQLException {
        try (ResultSet table = connection.getMetaData().getTables(null, null, "NOTE", null)) {
            return table.next();
        }
    }

    private static void apply(Connection from, Connection to) throws SQLException {
        try (Statement read = from.createStatement();
                PreparedStatement note = to.prepareStatement("merge into note key (id) values (?, ?)");
                PreparedStatement beat =
                        to.prepareStatement("merge into headroom_heartbeat key (id) values (?, ?, ?, ?)")) {
            copy(read, "select * from headroom_heartbeat", beat, 4);
            copy(read, "select * from note", note, 2);
        }
        to.commit();
        from.commit();
    }

    private static void copy(Statement read, String sql, PreparedStatement write, int columns) throws SQLException {
        try (ResultSet row = read.executeQuery(sql)) {
            while (row.next()) {
                for (int column = 1; column <= columns; column++) {
                    write.setObject(column, row.getObject(column));
                }
                write.addBatch();
            }
        }
        write.executeBatch();
    }

    @Override
    public String url(String node) {
        int port = node.equals("p") ? portOfPrimary : portOfReplica;
        return "jdbc:h2:tcp://127.0.0.1:" + port + "/mem:" + node + suffix + ";DB_CLOSE_DELAY=-1";
    }

    @Override
    public ReplicationDialect dialect() {
        return Dialects.heartbeat(TABLE);
    }

    @Override
    public void pauseReplay() {
        pause(true);
    }

    @Override
    public void resumeReplay() {
        pause(false);
    }

    private void pause(boolean pause) {
        applying.lock();
        try {
            paused = pause;
        } finally {
            applying.unlock();
        }
    }

    @Override
    public void waitUntilCaughtUp() {
        applying.lock();
        try (Connection from = DriverManager.getConnection(embedded("p"));
                Connection to = DriverManager.getConnection(embedded("r1"))) {
            if (noteExists(from)) {
                from.setAutoCommit(false);
                from.setTransactionIsolation(SNAPSHOT);
                to.setAutoCommit(false);
                apply(from, to);
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        } finally {
            applying.unlock();
        }
    }

    @Override
    public void killReplica() {
        replica.stop();
    }

    @Override
    public void restartReplica() {
        replica = restarted(portOfReplica);
    }

    private static Server restarted(int port) {
        try {
            return server(port);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void killPrimary() {
        primary.stop();
    }

    @Override
    public void promoteReplica() {
        pauseReplay();
        try (Connection connection = DriverManager.getConnection(embedded("r1"));
                Statement statement = connection.createStatement()) {
            statement.execute("update node_role set takes_writes = true");
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void restartOldPrimary() {
        primary = restarted(portOfPrimary);
    }

    @Override
    public void close() {
        closed.countDown();
        try {
            shipping.join(TimeUnit.SECONDS.toMillis(30));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        primary.stop();
        replica.stop();
    }
}
