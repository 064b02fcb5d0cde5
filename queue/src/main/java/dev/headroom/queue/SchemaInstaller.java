package dev.headroom.queue;

import dev.headroom.queue.internal.OwnConnections;
import dev.headroom.queue.internal.sql.Schema;
import dev.headroom.queue.internal.sql.Sql;
import java.sql.SQLException;
import java.util.concurrent.locks.ReentrantLock;
import javax.sql.DataSource;

/**
 * Creates the queue's tables, or brings them to this library's version; for an embedded database and for tests. An application that
 * migrates with a tool of its own runs the scripts under {@code META-INF/headroom/queue/<database>/} instead.
 *
 * <p>May be called at every start and by several processes at once.
 *
 * <pre>{@code
 * SchemaInstaller.install(dataSource);
 * JobQueue queue = JobQueue.builder(dataSource).handlers(new Images()).build();
 * }</pre>
 */
public final class SchemaInstaller {
    /** H2 ends a transaction at every DDL statement, so that no lock of its own lasts for a script; it lives in this process. */
    private static final ReentrantLock INSTALLING = new ReentrantLock();

    private SchemaInstaller() {}

    /**
     * Creates or migrates the tables in the connection's default schema.
     *
     * @throws dev.headroom.config.ConfigurationException if there is no data source, or it is one that {@link JobQueue#builder} refuses
     * @throws QueueException if the database refuses
     */
    public static void install(DataSource dataSource) {
        OwnConnections.of("dataSource", dataSource);
        INSTALLING.lock();
        try {
            Sql.inTransaction(dataSource, connection -> {
                Schema.install(connection, Schema.dialect(connection));
                return true;
            });
        } catch (SQLException e) {
            throw new QueueException("queue: could not create or migrate its tables", e);
        } finally {
            INSTALLING.unlock();
        }
    }
}
