package dev.headroom.queue.postgresql;

import dev.headroom.config.Checks;
import dev.headroom.queue.spi.RemoteWakeUp;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;

/**
 * Wakes the other processes by PostgreSQL's {@code NOTIFY}: in small transactions of its own that don't wait for the disk, never in those that
 * enqueue, as a commit with a notification holds a lock of the whole database until its log is on disk.
 *
 * <p>A process that works keeps one connection of {@code listenOn} for as long as it runs. That must lead straight to the server: a pooler in
 * transaction mode takes a {@code LISTEN} and delivers nothing. So each listener sends itself a notification first, and says in the log
 * when it does not arrive; then, and while its connection is lost, work of other processes is found by polling. Telling may go through a
 * pooler. Needs pgjdbc on the class path. Thread-safe.
 *
 * <pre>{@code
 * JobQueue.builder(pooled).wakeOthers(PostgresNotifications.of(pooled).listenOn(straight))
 * }</pre>
 */
public final class PostgresNotifications implements RemoteWakeUp {
    private static final String CHANNEL = "headroom_job";
    private static final int LOOK_UP_MILLIS = 250;
    private static final long PROBE_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final long CHECK_NANOS = TimeUnit.SECONDS.toNanos(30);
    private static final int CHECK_SECONDS = 5;

    private final DataSource tellOn;
    private final DataSource listenOn;
    private final String self;

    private PostgresNotifications(DataSource tellOn, DataSource listenOn) {
        this.tellOn = tellOn;
        this.listenOn = listenOn;
        this.self = UUID.randomUUID().toString();
    }

    /** Tells and listens on connections of this data source, which leads to the queue's database. */
    public static PostgresNotifications of(DataSource dataSource) {
        Checks.present("dataSource", dataSource);
        return new PostgresNotifications(dataSource, dataSource);
    }

    /** The same that listens on a connection of another data source, which leads to the same database without a pooler in between. */
    public PostgresNotifications listenOn(DataSource straight) {
        return new PostgresNotifications(tellOn, Checks.present("listenOn", straight));
    }

    @Override
    public void tell() throws SQLException {
        notify(self);
    }

    private void notify(String payload) throws SQLException {
        try (Connection connection = tellOn.getConnection();
                PreparedStatement notify = connection.prepareStatement(
                        "select set_config('synchronous_commit', 'off', true), pg_notify(?, ?)")) {
            notify.setString(1, CHANNEL);
            notify.setString(2, payload);
            notify.execute();
            if (!connection.getAutoCommit()) {
                connection.commit();
            }
        }
    }

    @Override
    public void listen(Runnable told) throws SQLException, InterruptedException {
        try (Connection connection = listenOn.getConnection()) {
            boolean autoCommit = connection.getAutoCommit();
            connection.setAutoCommit(true);
            try (Statement statement = connection.createStatement()) {
                statement.execute("listen " + CHANNEL);
                hear(connection, told);
            } finally {
                stop(connection, autoCommit);
            }
        }
    }

    private void hear(Connection connection, Runnable told) throws SQLException, InterruptedException {
        PGConnection server = connection.unwrap(PGConnection.class);
        String probe = UUID.randomUUID().toString();
        notify(probe);
        told.run();
        long began = System.nanoTime();
        long checkedAt = began;
        boolean proven = false;
        while (true) {
            if (Thread.interrupted()) {
                throw new InterruptedException("stopped");
            }
            PGNotification[] heard = server.getNotifications(LOOK_UP_MILLIS);
            boolean others = false;
            for (PGNotification each : heard == null ? new PGNotification[0] : heard) {
                proven |= each.getParameter().equals(probe);
                others |= !each.getParameter().equals(probe)
                        && !each.getParameter().equals(self);
            }
            if (others) {
                told.run();
            }
            long now = System.nanoTime();
            if (!proven && now - began > PROBE_NANOS) {
                throw new SQLException(
                        "listenOn: no notification arrives (expected: a connection straight to PostgreSQL, not through a"
                                + " pooler in transaction mode)");
            }
            if (now - checkedAt > CHECK_NANOS) {
                if (!connection.isValid(CHECK_SECONDS)) {
                    throw new SQLException("listenOn: the connection is lost");
                }
                checkedAt = now;
            }
        }
    }

    private static void stop(Connection connection, boolean autoCommit) {
        try (Statement statement = connection.createStatement()) {
            statement.execute("unlisten " + CHANNEL);
            connection.setAutoCommit(autoCommit);
        } catch (SQLException broken) {
            // Its pool finds out.
        }
    }
}
