package dev.headroom.transaction;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks hooks; warns once of a transaction that none of them knows. */
final class HookedTransactions implements Transactions {
    private static final Logger log = LoggerFactory.getLogger(Transactions.class);

    private final List<TransactionHook> hooks;
    private final AtomicBoolean warned = new AtomicBoolean();

    HookedTransactions(List<TransactionHook> hooks) {
        this.hooks = List.copyOf(hooks);
    }

    @Override
    public void afterCommit(@Nullable Connection connection, Runnable action) {
        if (hooks.stream().noneMatch(hook -> hook.afterCommit(connection, action))) {
            runAtOnce(connection, action);
        }
    }

    @Override
    public void afterPossibleCommit(@Nullable Connection connection, Runnable action) {
        if (hooks.stream().noneMatch(hook -> hook.afterPossibleCommit(connection, action))) {
            runAtOnce(connection, action);
        }
    }

    private void runAtOnce(@Nullable Connection connection, Runnable action) {
        if (connection != null
                && !warned.get()
                && unknownTransaction(connection)
                && warned.compareAndSet(false, true)) {
            log.warn(
                    "transaction: work meant for after its commit ran before it, since nobody knows the transaction of {};"
                            + " use JdbcTransactions, the router or Spring's transactions, or contribute a TransactionHook",
                    connection.getClass().getName());
        }
        action.run();
    }

    private static boolean unknownTransaction(Connection connection) {
        try {
            return !connection.getAutoCommit();
        } catch (SQLException closedOrBroken) {
            return false;
        }
    }
}
