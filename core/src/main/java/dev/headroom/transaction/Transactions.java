package dev.headroom.transaction;

import java.sql.Connection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Runs work when the current transaction has committed; drops it on rollback.
 *
 * <p>Asks its hooks in order; the first that knows the transaction keeps the action. When none does, there is no transaction that could
 * be waited for and the action runs at once, on the calling thread.
 *
 * <p>Plain JDBC does not tell of commits: a transaction that the application manages by hand, by {@code setAutoCommit(false)} and
 * {@code commit()} on a connection that no hook knows, can't be waited for. The action runs before its commit then, and also runs if it
 * rolls back; the first time this happens a warning is logged. Use {@link JdbcTransactions}, the router, Spring's transactions, or a
 * {@link TransactionHook} of your own. An action that was kept and fails is logged and never undoes the commit; one that runs at once
 * throws to the caller.
 *
 * <p>A commit that fails may have taken effect all the same: the connection was lost before the answer came. What is given to
 * {@link #afterCommit} is dropped then; what is given to {@link #afterPossibleCommit} runs. Thread-safe.
 *
 * <pre>{@code
 * transactions.afterPossibleCommit(connection, () -> cache.invalidate(id));
 * transactions.afterCommit(connection, () -> log.info("ordered {}", id));
 * }</pre>
 */
@FunctionalInterface
public interface Transactions {
    /**
     * Runs the action after the commit of the connection's transaction, or of the thread's when {@code connection} is null.
     */
    void afterCommit(@Nullable Connection connection, Runnable action);

    /**
     * Runs the action after the commit, as {@link #afterCommit} does, and also after one that failed, since nobody can tell whether it took
     * effect. For actions that do no harm when it did not, such as evictions from a cache. Dropped on rollback.
     */
    default void afterPossibleCommit(@Nullable Connection connection, Runnable action) {
        afterCommit(connection, action);
    }

    /** Transactions that asks these hooks. */
    static Transactions of(List<TransactionHook> hooks) {
        return new HookedTransactions(hooks);
    }

    /** Transactions without hooks: every action runs at once. */
    static Transactions immediate() {
        return (connection, action) -> action.run();
    }
}
