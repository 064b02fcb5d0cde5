package dev.headroom.transaction;

import dev.headroom.HeadroomException;
import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Transactions over plain JDBC, for applications without a framework that has its own.
 *
 * <p>The connection belongs to the thread until the outermost call ends: a nested call for the same data source joins it, one for
 * another begins a transaction of its own. The work commits when it returns and rolls back when it throws, with what it threw. When
 * work that joined has failed, the whole is rolled back even if somebody caught the failure. Actions kept by {@link #hook()} run in order
 * after the commit, when the connection is already given back; each failure is logged and keeps no other from running. On rollback they
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
        JdbcTransaction transaction = JdbcTransaction.begin(dataSource, before);
        try {
            CURRENT.set(transaction);
            return transaction.run(work);
        } finally {
            if (before == null) {
                CURRENT.remove();
            } else {
                CURRENT.set(before);
            }
            transaction.release();
            transaction.runActions();
        }
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
