package dev.headroom.spring;

import dev.headroom.transaction.TransactionHook;
import java.sql.Connection;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.util.ClassUtils;

/**
 * Keeps actions until Spring's current transaction has committed, whatever its manager; drops them when it rolls back.
 *
 * <p>Given a connection, it takes the action only if that is one that Spring has bound to the transaction. Actions run in order, while
 * Spring still holds the transaction's resources: one that wants to write to the database begins a new transaction. A failure, an
 * {@link Error} too, is logged and keeps no other from running.
 */
public final class SpringTransactionHook implements TransactionHook {
    private static final Logger log = LoggerFactory.getLogger(SpringTransactionHook.class);
    private static final boolean JDBC = ClassUtils.isPresent(
            "org.springframework.jdbc.datasource.ConnectionHolder", SpringTransactionHook.class.getClassLoader());

    @Override
    public boolean afterCommit(@Nullable Connection connection, Runnable action) {
        return keep(connection, action, false);
    }

    @Override
    public boolean afterPossibleCommit(@Nullable Connection connection, Runnable action) {
        return keep(connection, action, true);
    }

    private static boolean keep(@Nullable Connection connection, Runnable action, boolean alsoInDoubt) {
        boolean active = TransactionSynchronizationManager.isSynchronizationActive()
                && TransactionSynchronizationManager.isActualTransactionActive();
        if (!active || connection != null && !(JDBC && BoundConnections.include(connection))) {
            return false;
        }
        TransactionSynchronizationManager.registerSynchronization(new Kept(action, alsoInDoubt));
        return true;
    }

    /** Kept by another action after the commit, it is told of the completion only. */
    private static final class Kept implements TransactionSynchronization {
        private final Runnable action;
        private final boolean alsoInDoubt;
        private boolean ran;

        Kept(Runnable action, boolean alsoInDoubt) {
            this.action = action;
            this.alsoInDoubt = alsoInDoubt;
        }

        @Override
        public void afterCommit() {
            run();
        }

        @Override
        public void afterCompletion(int status) {
            if (status == STATUS_COMMITTED || alsoInDoubt && status == STATUS_UNKNOWN) {
                run();
            }
        }

        private void run() {
            if (ran) {
                return;
            }
            ran = true;
            try {
                action.run();
            } catch (RuntimeException | Error failure) {
                // Thrown, it would tell the caller that the work failed, which stands by now.
                log.error("transaction: an action after commit failed", failure);
            }
        }
    }
}
