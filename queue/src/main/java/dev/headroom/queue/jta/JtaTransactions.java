package dev.headroom.queue.jta;

import dev.headroom.config.Checks;
import dev.headroom.jta.JtaTransactionHook;
import dev.headroom.queue.QueueException;
import dev.headroom.queue.spi.CurrentTransaction;
import dev.headroom.transaction.TransactionHook;
import jakarta.transaction.Status;
import jakarta.transaction.Synchronization;
import jakarta.transaction.TransactionSynchronizationRegistry;
import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has jobs that are enqueued in a Jakarta transaction belong to it.
 *
 * <p>The first enqueue of a transaction takes one connection from the transactional data source, which enlists it; later ones share it,
 * and it is given back when the transaction completes, by whatever way. It is never committed here: the manager does that. The queue
 * itself is built on a plain data source on the same database, since it begins and ends transactions of its own, and an enqueue outside
 * of a Jakarta transaction has one of those. Workers are woken once the manager has committed. Thread-safe.
 *
 * <pre>{@code
 * JobQueue.builder(plainPool).currentTransaction(JtaTransactions.of(registry, transactionalPool))
 * }</pre>
 */
public final class JtaTransactions implements CurrentTransaction {
    private static final Logger log = LoggerFactory.getLogger(JtaTransactions.class);

    private final TransactionSynchronizationRegistry registry;
    private final DataSource dataSource;
    private final TransactionHook hook;

    private JtaTransactions(TransactionSynchronizationRegistry registry, DataSource dataSource) {
        this.registry = registry;
        this.dataSource = dataSource;
        this.hook = new JtaTransactionHook(registry);
    }

    /**
     * The transactions of this registry's manager, on a data source whose connections it enlists; containers bind the registry at {@code
     * java:comp/TransactionSynchronizationRegistry}.
     */
    public static JtaTransactions of(TransactionSynchronizationRegistry registry, DataSource transactional) {
        return new JtaTransactions(
                Checks.present("registry", registry), Checks.present("transactional", transactional));
    }

    /**
     * The thread's connection.
     *
     * @throws IllegalStateException if the transaction can only roll back: what is enqueued now would be lost without a word
     */
    @Override
    public @Nullable Connection connection() {
        int status = registry.getTransactionStatus();
        return switch (status) {
            case Status.STATUS_NO_TRANSACTION, Status.STATUS_COMMITTED, Status.STATUS_ROLLEDBACK -> null;
            case Status.STATUS_ACTIVE -> shared();
            default ->
                throw new IllegalStateException("transaction: in status " + status
                        + " of jakarta.transaction.Status (expected: active, or no transaction)");
        };
    }

    private Connection shared() {
        Lent lent = (Lent) registry.getResource(this);
        if (lent == null) {
            try {
                lent = new Lent(dataSource.getConnection());
            } catch (SQLException e) {
                throw new QueueException("queue: no connection for the Jakarta transaction", e);
            }
            try {
                registry.registerInterposedSynchronization(lent);
            } catch (RuntimeException refused) {
                // Marked for rollback or completing since it was asked for its status: nobody would give it back.
                lent.afterCompletion(Status.STATUS_UNKNOWN);
                throw refused;
            }
            registry.putResource(this, lent);
        }
        return lent.connection;
    }

    @Override
    public boolean afterCommit(Runnable action) {
        return hook.afterCommit(null, action);
    }

    private record Lent(Connection connection) implements Synchronization {
        @Override
        public void beforeCompletion() {}

        @Override
        public void afterCompletion(int status) {
            try {
                connection.close();
            } catch (SQLException e) {
                log.warn("queue: the connection of a Jakarta transaction could not be given back", e);
            }
        }
    }
}
