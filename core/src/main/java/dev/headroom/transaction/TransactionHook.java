package dev.headroom.transaction;

import java.sql.Connection;
import org.jspecify.annotations.Nullable;

/**
 * Knows one kind of transaction and can be told of its commit; implemented by the router and by the hosts for Spring and Jakarta.
 */
@FunctionalInterface
public interface TransactionHook {
    /**
     * Keeps the action until the current transaction has committed.
     *
     * @param connection the connection whose transaction is meant, or null for the thread's
     * @return whether this hook knows the transaction and has taken the action; false if there is none it knows
     */
    boolean afterCommit(@Nullable Connection connection, Runnable action);

    /**
     * Keeps the action until the current transaction has committed, or has tried to without knowing whether it did. A hook that can't tell
     * keeps it as {@link #afterCommit} does.
     *
     * @param connection the connection whose transaction is meant, or null for the thread's
     * @return whether this hook knows the transaction and has taken the action; false if there is none it knows
     */
    default boolean afterPossibleCommit(@Nullable Connection connection, Runnable action) {
        return afterCommit(connection, action);
    }
}
