package dev.headroom.jta;

import dev.headroom.HeadroomException;
import dev.headroom.config.Checks;
import dev.headroom.transaction.TransactionHook;
import jakarta.transaction.Status;
import jakarta.transaction.Synchronization;
import jakarta.transaction.TransactionSynchronizationRegistry;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps actions until the thread's Jakarta transaction has committed; drops them when it rolls back.
 *
 * <p>Works with any manager that gives a {@link TransactionSynchronizationRegistry}, which containers bind at {@code
 * java:comp/TransactionSynchronizationRegistry}. A connection that commits by itself is not taken for the transaction's; whether any other
 * belongs to it can't be asked, so it is taken for it: end transactions of other connections before a Jakarta transaction begins. An
 * action runs on the thread that completes the transaction, after the commit and outside of it, in the order in which they were given; a
 * failure is logged and keeps no other from running, an {@link Error} is thrown to the manager after the last one. An action given to a transaction that can only roll back is dropped at once. Thread-safe.
 *
 * <pre>{@code
 * Headroom.builder("shop").contribute(to -> to.transactionHook(new JtaTransactionHook(registry)))
 * }</pre>
 */
public final class JtaTransactionHook implements TransactionHook {
    private static final Logger log = LoggerFactory.getLogger(JtaTransactionHook.class);

    private final TransactionSynchronizationRegistry registry;

    /** A hook on the transactions of this registry's manager. */
    public JtaTransactionHook(TransactionSynchronizationRegistry registry) {
        this.registry = Checks.present("registry", registry);
    }

    @Override
    public boolean afterCommit(@Nullable Connection connection, Runnable action) {
        return keep(connection, action, false);
    }

    @Override
    public boolean afterPossibleCommit(@Nullable Connection connection, Runnable action) {
        return keep(connection, action, true);
    }

    private boolean keep(@Nullable Connection connection, Runnable action, boolean alsoInDoubt) {
        int status = registry.getTransactionStatus();
        boolean open = status == Status.STATUS_ACTIVE || status == Status.STATUS_MARKED_ROLLBACK;
        if (!open || connection != null && commitsByItself(connection)) {
            return false;
        }
        if (status == Status.STATUS_ACTIVE) {
            actions().kept.add(new Kept(action, alsoInDoubt));
        }
        return true;
    }

    /** Of the thread's transaction: managers tell several synchronizations in any order. */
    private Actions actions() {
        Actions actions = (Actions) registry.getResource(this);
        if (actions == null) {
            actions = new Actions();
            registry.registerInterposedSynchronization(actions);
            registry.putResource(this, actions);
        }
        return actions;
    }

    private static boolean commitsByItself(Connection connection) {
        try {
            return connection.getAutoCommit();
        } catch (SQLException e) {
            throw new HeadroomException("transaction: its connection could not be asked for its mode", e);
        }
    }

    private record Kept(Runnable action, boolean alsoInDoubt) {
        void run() {
            try {
                action.run();
            } catch (RuntimeException failure) {
                log.error("transaction: an action after commit failed", failure);
            }
        }
    }

    private static final class Actions implements Synchronization {
        private final Queue<Kept> kept = new ConcurrentLinkedQueue<>();

        @Override
        public void beforeCompletion() {}

        @Override
        public void afterCompletion(int status) {
            boolean committed = status == Status.STATUS_COMMITTED;
            boolean inDoubt = !committed && status != Status.STATUS_ROLLEDBACK;
            Error first = null;
            for (Kept each : kept) {
                if (committed || inDoubt && each.alsoInDoubt) {
                    try {
                        each.run();
                    } catch (Error failure) {
                        log.error("transaction: an action after commit failed", failure);
                        first = first == null ? failure : first;
                    }
                }
            }
            if (first != null) {
                throw first;
            }
        }
    }
}
