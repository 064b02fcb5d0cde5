package dev.headroom.transaction;

import dev.headroom.HeadroomException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One transaction of a thread. Used by that thread alone. */
final class JdbcTransaction {
    private static final Logger log = LoggerFactory.getLogger(JdbcTransactions.class);

    private final DataSource dataSource;
    private final Connection connection;
    private final boolean autoCommitBefore;
    private final @Nullable JdbcTransaction outer;
    private final List<Kept> actions = new ArrayList<>();
    private boolean failed;

    private record Kept(Runnable action, boolean alsoInDoubt) {}

    private JdbcTransaction(
            DataSource dataSource, Connection connection, boolean autoCommitBefore, @Nullable JdbcTransaction outer) {
        this.dataSource = dataSource;
        this.connection = connection;
        this.autoCommitBefore = autoCommitBefore;
        this.outer = outer;
    }

    static JdbcTransaction begin(DataSource dataSource, @Nullable JdbcTransaction outer) throws SQLException {
        Connection connection = dataSource.getConnection();
        try {
            boolean autoCommit = connection.getAutoCommit();
            connection.setAutoCommit(false);
            return new JdbcTransaction(dataSource, connection, autoCommit, outer);
        } catch (SQLException | RuntimeException failure) {
            connection.close();
            throw failure;
        }
    }

    @Nullable JdbcTransaction outer() {
        return outer;
    }

    boolean isOf(DataSource other) {
        return dataSource.equals(other);
    }

    boolean uses(Connection other) {
        return connection.equals(other);
    }

    void afterCommit(Runnable action) {
        actions.add(new Kept(action, false));
    }

    void afterPossibleCommit(Runnable action) {
        actions.add(new Kept(action, true));
    }

    <T extends @Nullable Object, E extends Exception> T join(JdbcTransactions.Work<T, E> work) throws SQLException, E {
        boolean done = false;
        try {
            T result = work.in(connection);
            done = true;
            return result;
        } finally {
            failed |= !done;
        }
    }

    <T extends @Nullable Object, E extends Exception> T run(JdbcTransactions.Work<T, E> work) throws SQLException, E {
        T result;
        try {
            result = work.in(connection);
            if (failed) {
                throw new HeadroomException("transaction: rolled back, because work that had joined it failed");
            }
        } catch (Throwable failure) {
            actions.clear();
            rollBack(failure);
            throw failure;
        }
        try {
            connection.commit();
        } catch (Throwable inDoubt) {
            actions.removeIf(kept -> !kept.alsoInDoubt);
            rollBack(inDoubt);
            throw inDoubt;
        }
        return result;
    }

    /** Gives the connection back as it was. The outcome is decided by now, so a failure here is only logged. */
    void release() {
        try (connection) {
            connection.setAutoCommit(autoCommitBefore);
        } catch (SQLException failure) {
            log.warn("transaction: its connection could not be given back", failure);
        }
    }

    void runActions() {
        for (Kept kept : actions) {
            try {
                kept.action.run();
            } catch (RuntimeException failure) {
                log.error("transaction: an action after commit failed", failure);
            }
        }
    }

    private void rollBack(Throwable cause) {
        try {
            connection.rollback();
        } catch (SQLException alsoFailed) {
            cause.addSuppressed(alsoFailed);
        }
    }
}
