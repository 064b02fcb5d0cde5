package dev.headroom.transaction;

import java.sql.Connection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Runs work when the current transaction has committed; drops it on rollback.
 *
 * <p>Asks its hooks in order; the first that knows the transaction keeps the action. When none does, there is no transaction and the
 * action runs at once, on the calling thread. A failing action is logged and never undoes the commit. Thread-safe.
 *
 * <pre>{@code
 * transactions.afterCommit(connection, () -> cache.invalidate(id));
 * }</pre>
 */
@FunctionalInterface
public interface Transactions {
    /**
     * Runs the action after the commit of the connection's transaction, or of the thread's when {@code connection} is null.
     */
    void afterCommit(@Nullable Connection connection, Runnable action);

    /** Transactions that asks these hooks. */
    static Transactions of(List<TransactionHook> hooks) {
        List<TransactionHook> asked = List.copyOf(hooks);
        return (connection, action) -> {
            for (TransactionHook hook : asked) {
                if (hook.afterCommit(connection, action)) {
                    return;
                }
            }
            action.run();
        };
    }

    /** Transactions without hooks: every action runs at once. */
    static Transactions immediate() {
        return (connection, action) -> action.run();
    }
}
