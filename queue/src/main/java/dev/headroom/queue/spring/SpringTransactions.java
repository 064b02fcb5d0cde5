package dev.headroom.queue.spring;

import dev.headroom.config.Checks;
import dev.headroom.queue.QueueException;
import dev.headroom.queue.internal.HopelessException;
import dev.headroom.queue.spi.CurrentTransaction;
import dev.headroom.spring.SpringTransactionHook;
import dev.headroom.transaction.JdbcTransactions;
import dev.headroom.transaction.TransactionEnd;
import dev.headroom.transaction.TransactionHook;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.Callable;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.datasource.ConnectionHolder;
import org.springframework.jdbc.datasource.TransactionAwareDataSourceProxy;
import org.springframework.transaction.IllegalTransactionStateException;
import org.springframework.transaction.UnexpectedRollbackException;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionSynchronizationUtils;

/**
 * Has jobs that are enqueued in a {@code @Transactional} method belong to its transaction.
 *
 * <p>Knows the transactions of every manager that exposes its connection under the data source: {@code DataSourceTransactionManager},
 * {@code JdbcTransactionManager} and {@code JpaTransactionManager} (with Hibernate) do; {@code JtaTransactionManager} does not (see {@code
 * dev.headroom.queue.jta}). The connection is Spring's: it is neither committed nor closed here. In a transaction on another data source, and in none,
 * an enqueue has a transaction of its own. Workers are woken once Spring has committed.
 *
 * <p>In a handler with {@code COMPLETE_IN_TX} or {@code LOCK_IN_TX} the job's transaction is Spring's: {@code JdbcTemplate}, {@code DataSourceUtils}
 * and {@code @Transactional} methods of a {@code DataSourceTransactionManager} take part in it, and one that is marked for rollback fails the job;
 * {@code REQUIRES_NEW} has a transaction of its own. A {@code JpaTransactionManager} refuses to take part, whatever the propagation, for reading too
 * (by its source a {@code HibernateTransactionManager} as well; not tried): the job is a dead letter at once ({@code GAVE_UP}), as it would fail so each
 * time. {@link SpringJpaTransactions} has it take part. Thread-safe.
 *
 * <pre>{@code
 * JobQueue.builder(dataSource).currentTransaction(SpringTransactions.of(dataSource))
 * }</pre>
 */
public final class SpringTransactions implements CurrentTransaction {
    /** What the managers that keep to a connection of their own say when another one is bound. */
    private static final String REFUSED = "Pre-bound JDBC Connection found";

    private static final int DEEPEST = 10;

    private final DataSource dataSource;
    private final TransactionHook hook = new SpringTransactionHook();

    private SpringTransactions(DataSource dataSource) {
        this.dataSource = dataSource;
    }

    /** The transactions on this data source, which is the one that the transaction manager has. */
    public static SpringTransactions of(DataSource dataSource) {
        DataSource target = Checks.present("dataSource", dataSource);
        while (target instanceof TransactionAwareDataSourceProxy proxy && proxy.getTargetDataSource() != null) {
            target = proxy.getTargetDataSource();
        }
        return new SpringTransactions(target);
    }

    @Override
    public @Nullable Connection connection() {
        if (!TransactionSynchronizationManager.isActualTransactionActive()
                || !(TransactionSynchronizationManager.getResource(dataSource) instanceof ConnectionHolder holder)) {
            return null;
        }
        Connection connection = holder.getConnection();
        try {
            // In the transaction of another manager Spring binds a connection too, which commits by itself.
            return connection.getAutoCommit() ? null : connection;
        } catch (SQLException e) {
            throw new QueueException("queue: could not ask Spring's connection for its mode", e);
        }
    }

    @Override
    public boolean afterCommit(Runnable action) {
        return hook.afterCommit(null, action);
    }

    @Override
    public <T extends @Nullable Object> T within(Connection connection, Callable<T> work) throws Exception {
        return within(connection, work, () -> {});
    }

    /** @param last done when all is well that was to be told before the commit */
    <T extends @Nullable Object> T within(Connection connection, Callable<T> work, Runnable last) throws Exception {
        if (TransactionSynchronizationManager.isSynchronizationActive()
                || TransactionSynchronizationManager.hasResource(dataSource)) {
            T result = work.call();
            last.run();
            return result;
        }
        ConnectionHolder holder = new ConnectionHolder(connection, true);
        TransactionSynchronizationManager.bindResource(dataSource, holder);
        TransactionSynchronizationManager.initSynchronization();
        TransactionSynchronizationManager.setActualTransactionActive(true);
        boolean well = false;
        try {
            T result = call(work);
            if (holder.isRollbackOnly()) {
                throw new UnexpectedRollbackException("job: its transaction was marked for rollback by what it called");
            }
            TransactionSynchronizationUtils.triggerBeforeCommit(false);
            last.run();
            well = true;
            return result;
        } finally {
            TransactionSynchronizationUtils.triggerBeforeCompletion();
            List<TransactionSynchronization> told = TransactionSynchronizationManager.getSynchronizations();
            TransactionSynchronizationManager.clear();
            TransactionSynchronizationManager.unbindResource(dataSource);
            if (!well) {
                TransactionSynchronizationUtils.invokeAfterCompletion(
                        told, TransactionSynchronization.STATUS_ROLLED_BACK);
            } else if (!told.isEmpty()) {
                // The queue may still roll back: the lease may be lost, or the commit be refused.
                JdbcTransactions.afterEnd(end -> ended(told, end));
            }
        }
    }

    private static <T extends @Nullable Object> T call(Callable<T> work) throws Exception {
        try {
            return work.call();
        } catch (Exception failure) {
            Throwable each = failure;
            for (int depth = 0; each != null && depth < DEEPEST; depth++) {
                if (each instanceof IllegalTransactionStateException
                        && String.valueOf(each.getMessage()).startsWith(REFUSED)) {
                    throw new HopelessException(
                            "job: its transaction is none for the transaction manager of JPA or Hibernate, which says: "
                                    + REFUSED
                                    + " (expected: currentTransaction(SpringJpaTransactions.of(entityManagerFactory)), a"
                                    + " handler with Tx.NONE, or one that uses JDBC alone)",
                            failure);
                }
                each = each.getCause();
            }
            throw failure;
        }
    }

    private static void ended(List<TransactionSynchronization> told, TransactionEnd end) {
        try {
            if (end == TransactionEnd.COMMITTED) {
                TransactionSynchronizationUtils.invokeAfterCommit(told);
            }
        } finally {
            // As Spring does: what is to be released is, whatever one of them did after the commit.
            TransactionSynchronizationUtils.invokeAfterCompletion(
                    told,
                    switch (end) {
                        case COMMITTED -> TransactionSynchronization.STATUS_COMMITTED;
                        case ROLLED_BACK -> TransactionSynchronization.STATUS_ROLLED_BACK;
                        case UNKNOWN -> TransactionSynchronization.STATUS_UNKNOWN;
                    });
        }
    }
}
