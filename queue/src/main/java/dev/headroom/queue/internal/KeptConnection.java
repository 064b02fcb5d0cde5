package dev.headroom.queue.internal;

import dev.headroom.queue.internal.sql.Dialect;
import dev.headroom.queue.internal.sql.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * One connection that is kept, so that no busy pool can keep its user waiting; another one when it breaks. Where a pool says that it has fewer than {@value #FEWEST} it is
 * borrowed each time instead. For one thread.
 */
final class KeptConnection {
    private static final int FEWEST = 3;

    private final DataSource dataSource;
    private final boolean keeps;
    private final int secondsToAnswer;
    private final Patience patience;
    private @Nullable Connection kept;

    /** @param millisToAnswer how long the server may take to say that it is there, and a third of how long for any statement */
    KeptConnection(DataSource dataSource, Dialect dialect, long millisToAnswer) {
        this.dataSource = dataSource;
        this.keeps = PoolSize.of(dataSource).orElse(FEWEST) >= FEWEST;
        this.secondsToAnswer = (int) Math.max(1, millisToAnswer / 1_000);
        this.patience = new Patience(dialect, 3 * millisToAnswer);
    }

    /** Runs work in a transaction of its own. */
    <T> T transact(Sql.Work<T> work) throws SQLException {
        return on(connection -> patience.atOnce(connection, work));
    }

    /** Runs work of which each statement is a transaction of its own. */
    <T> T each(Sql.Work<T> work) throws SQLException {
        return on(connection -> patience.each(connection, work));
    }

    private <T> T on(Sql.Work<T> patiently) throws SQLException {
        if (!keeps) {
            try (Connection borrowed = dataSource.getConnection()) {
                return patiently.on(borrowed);
            }
        }
        Connection connection = kept;
        if (connection == null || !isAlive(connection)) {
            close();
            connection = dataSource.getConnection();
            kept = connection;
        }
        try {
            return patiently.on(connection);
        } catch (SQLException | RuntimeException | Error failed) {
            // Borrowed anew it is what the pool has tested.
            close();
            throw failed;
        }
    }

    private boolean isAlive(Connection connection) {
        try {
            return connection.isValid(secondsToAnswer);
        } catch (SQLException broken) {
            return false;
        }
    }

    /** Gives it back. */
    void close() {
        Connection connection = kept;
        kept = null;
        if (connection != null) {
            try {
                connection.close();
            } catch (SQLException broken) {
                // It was given up for being so.
                return;
            }
        }
    }
}
