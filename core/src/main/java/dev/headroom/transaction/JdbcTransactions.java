package dev.headroom.transaction;

import dev.headroom.HeadroomException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Transactions over plain JDBC, for applications without a framework that has its own.
 *
 * <p>The connection belongs to the thread until the outermost call ends: a nested call for the same data source joins it, one for
 * another begins a transaction of its own. The work commits when it returns and rolls back when it throws, with what it threw. When
 * work that joined has failed, the whole is rolled back even if somebody caught the failure. The data source is to give connections that are in
 * nobody's transaction: one that lends those of a framework's, as Spring's {@code TransactionAwareDataSourceProxy}, has that committed. Actions kept by {@link #hook()} run in order
 * after the commit, when the connection is already given back; each failure, an {@link Error} too, is logged and keeps no other from running. On rollback they
 * are dropped; when the commit itself fails, those of {@link Transactions#afterPossibleCommit} run. Thread-safe.
 *
 * <pre>{@code
 * long id = JdbcTransactions.inTransaction(dataSource, connection -> {
 *     long product = insert(connection, title);
 *     queue.in(connection).enqueue(Images::thumbnails, new Thumbnails(product));
 *     return product;
 * });
 * }</pre>
 */
public final class JdbcTransactions {
    private static final ThreadLocal<@Nullable JdbcTransaction> CURRENT = new ThreadLocal<>();

    private JdbcTransactions() {}

    /** Work with a result. */
    @FunctionalInterface
    public interface Work<T extends @Nullable Object, E extends Exception> {
        /** Does it; the connection is not to be closed or committed. */
        T in(Connection connection) throws SQLException, E;
    }

    /** Work without a result. */
    @FunctionalInterface
    public interface Action<E extends Exception> {
        /** Does it; the connection is not to be closed or committed. */
        void in(Connection connection) throws SQLException, E;
    }

    /**
     * Runs work in the thread's transaction, or in a new one.
     *
     * @throws HeadroomException if all seemed well but joined work had failed before; the transaction is rolled back then
     */
    public static <T extends @Nullable Object, E extends Exception> T inTransaction(
            DataSource dataSource, Work<T, E> work) throws SQLException, E {
        JdbcTransaction joined = find(dataSource);
        if (joined != null) {
            return joined.join(work);
        }
        JdbcTransaction before = CURRENT.get();
        return run(JdbcTransaction.begin(dataSource, before), before, work);
    }

    /**
     * Runs work in the thread's transaction, or in a new one that takes its connection when that is first used: work that does without the
     * database, or does not come to it for long, holds none meanwhile. When there is none to be had then, the use fails with what the data
     * source says. The connection refuses {@code setAutoCommit(true)}.
     */
    public static <T extends @Nullable Object, E extends Exception> T inLazyTransaction(
            DataSource dataSource, Work<T, E> work) throws SQLException, E {
        JdbcTransaction joined = find(dataSource);
        if (joined != null) {
            return joined.join(work);
        }
        JdbcTransaction before = CURRENT.get();
        return run(JdbcTransaction.beginLazily(dataSource, before), before, work);
    }

    /** Whether a transaction has taken its connection; true of any connection but a {@linkplain #inLazyTransaction lazy} one's. */
    public static boolean isBegun(Connection connection) {
        return LazyConnection.isTaken(connection);
    }

    /** Whether a {@linkplain #inLazyTransaction lazy} transaction could not be begun when its connection was to be used. */
    public static boolean isRefused(Connection connection) {
        return LazyConnection.isRefused(connection);
    }

    private static <T extends @Nullable Object, E extends Exception> T run(
            JdbcTransaction transaction, @Nullable JdbcTransaction before, Work<T, E> work) throws SQLException, E {
        try {
            CURRENT.set(transaction);
            return transaction.run(work);
        } finally {
            if (before == null) {
                CURRENT.remove();
            } else {
                CURRENT.set(before);
            }
            try {
                transaction.release();
            } finally {
                transaction.runActions();
            }
        }
    }

    /**
     * Runs work as a part of the thread's transaction that can fail alone: when it throws, what it did on its connection is undone and the
     * actions that it kept are dropped, and the transaction may go on. The savepoint that this takes is set when the connection is first
     * used, so that work which does without the database costs nothing. What joins the transaction meanwhile belongs to the part. Parts
     * may have parts.
     *
     * <p>When the part can't be undone alone, as when the connection was lost or the database has rolled the whole transaction back to
     * end a deadlock, the transaction can't commit any more.
     *
     * @throws IllegalStateException if the thread is in no transaction on the data source
     * @throws SQLException also if all seemed well, but the database refuses to keep what the part did
     * @throws HeadroomException if all seemed well but work that joined the part had failed; or at once, if the transaction can't commit any more
     */
    public static <T extends @Nullable Object, E extends Exception> T inSavepoint(
            DataSource dataSource, Work<T, E> work) throws SQLException, E {
        JdbcTransaction current = find(dataSource);
        if (current == null) {
            throw new IllegalStateException("transaction: none (expected: one of this thread on the data source)");
        }
        return current.runPart(work);
    }

    /** Runs work without a result in the thread's transaction, or in a new one. */
    public static <E extends Exception> void runInTransaction(DataSource dataSource, Action<E> work)
            throws SQLException, E {
        inTransaction(dataSource, connection -> {
            work.in(connection);
            return Boolean.TRUE;
        });
    }

    /** Keeps actions until these transactions have committed; an application built by {@code Headroom} has it already. */
    public static TransactionHook hook() {
        return new TransactionHook() {
            @Override
            public boolean afterCommit(@Nullable Connection connection, Runnable action) {
                JdbcTransaction current = find(connection);
                if (current != null) {
                    current.afterCommit(action);
                }
                return current != null;
            }

            @Override
            public boolean afterPossibleCommit(@Nullable Connection connection, Runnable action) {
                JdbcTransaction current = find(connection);
                if (current != null) {
                    current.afterPossibleCommit(action);
                }
                return current != null;
            }
        };
    }

    /**
     * Keeps an action until the thread's transaction has ended, however it did: for what is to be released then. An action that was kept in a
     * {@linkplain #inSavepoint part} is told how that ended, when the whole has. Runs in the order of all actions; false, and nothing is kept, if the
     * thread is in no transaction.
     */
    public static boolean afterEnd(Consumer<TransactionEnd> action) {
        JdbcTransaction current = CURRENT.get();
        if (current != null) {
            current.afterEnd(action);
        }
        return current != null;
    }

    private static @Nullable JdbcTransaction find(@Nullable Connection connection) {
        JdbcTransaction each = CURRENT.get();
        while (each != null && connection != null && !each.uses(connection)) {
            each = each.outer();
        }
        return each;
    }

    private static @Nullable JdbcTransaction find(DataSource dataSource) {
        JdbcTransaction each = CURRENT.get();
        while (each != null && !each.isOf(dataSource)) {
            each = each.outer();
        }
        return each;
    }
}
