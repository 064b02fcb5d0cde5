package dev.headroom.transaction;

import dev.headroom.HeadroomException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
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
    private @Nullable TransactionPart part;
    private boolean failed;

    private TransactionEnd end = TransactionEnd.ROLLED_BACK;

    /** @param rolledBack whether the part of the transaction that kept it was rolled back */
    private record Kept(Consumer<TransactionEnd> action, Set<TransactionEnd> ends, boolean rolledBack) {
        Kept(Runnable action, TransactionEnd first, TransactionEnd... others) {
            this(end -> action.run(), EnumSet.of(first, others), false);
        }
    }

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

    static JdbcTransaction beginLazily(DataSource dataSource, @Nullable JdbcTransaction outer) {
        return new JdbcTransaction(dataSource, LazyConnection.of(dataSource), false, outer);
    }

    @Nullable JdbcTransaction outer() {
        return outer;
    }

    boolean isOf(DataSource other) {
        // Wrappers may hand equals on to what is behind them, which is not equal to them.
        return dataSource == other || dataSource.equals(other);
    }

    boolean uses(Connection other) {
        TransactionPart each = part;
        while (each != null && each.connection() != other) {
            each = each.outer();
        }
        return each != null || connection == other || connection.equals(other);
    }

    void afterCommit(Runnable action) {
        actions.add(new Kept(action, TransactionEnd.COMMITTED));
    }

    void afterPossibleCommit(Runnable action) {
        actions.add(new Kept(action, TransactionEnd.COMMITTED, TransactionEnd.UNKNOWN));
    }

    void afterEnd(Consumer<TransactionEnd> action) {
        actions.add(new Kept(action, EnumSet.allOf(TransactionEnd.class), false));
    }

    <T extends @Nullable Object, E extends Exception> T join(JdbcTransactions.Work<T, E> work) throws SQLException, E {
        boolean done = false;
        try {
            T result = work.in(part == null ? connection : part.connection());
            done = true;
            return result;
        } finally {
            failed |= !done;
        }
    }

    /** Runs work that can be undone alone, with the actions that it has kept. */
    <T extends @Nullable Object, E extends Exception> T runPart(JdbcTransactions.Work<T, E> work)
            throws SQLException, E {
        if (failed) {
            throw new HeadroomException("savepoint: none, because work before it in the transaction failed for good");
        }
        TransactionPart outerPart = part;
        TransactionPart mine = new TransactionPart(connection, outerPart);
        int keptBefore = actions.size();
        part = mine;
        try {
            T result = work.in(mine.connection());
            if (failed) {
                throw new HeadroomException("savepoint: rolled back, because work that had joined it failed");
            }
            mine.keep();
            return result;
        } catch (Throwable failure) {
            actions.subList(keptBefore, actions.size()).replaceAll(kept -> new Kept(kept.action, kept.ends, true));
            failed = !mine.undo(failure);
            throw failure;
        } finally {
            mine.end();
            part = outerPart;
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
            rollBack(failure);
            throw failure;
        }
        try {
            end = TransactionEnd.UNKNOWN;
            connection.commit();
            end = TransactionEnd.COMMITTED;
        } catch (Throwable inDoubt) {
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
            TransactionEnd ended = kept.rolledBack ? TransactionEnd.ROLLED_BACK : end;
            try {
                if (kept.ends.contains(ended)) {
                    kept.action.accept(ended);
                }
            } catch (RuntimeException | Error failure) {
                // Thrown, it would tell the caller that the work failed, which stands by now.
                log.error("transaction: an action after its end failed", failure);
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
