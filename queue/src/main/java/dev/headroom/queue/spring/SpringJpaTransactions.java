package dev.headroom.queue.spring;

import dev.headroom.config.Checks;
import dev.headroom.config.ConfigurationException;
import dev.headroom.queue.spi.CurrentTransaction;
import dev.headroom.transaction.JdbcTransactions;
import dev.headroom.transaction.TransactionEnd;
import jakarta.persistence.EntityManagerFactory;
import jakarta.persistence.PersistenceException;
import java.sql.Connection;
import java.util.concurrent.Callable;
import javax.sql.DataSource;
import org.hibernate.FlushMode;
import org.hibernate.Session;
import org.hibernate.SessionFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.orm.jpa.EntityManagerFactoryInfo;
import org.springframework.orm.jpa.EntityManagerHolder;
import org.springframework.transaction.UnexpectedRollbackException;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * Has jobs that are enqueued in a transaction of a {@code JpaTransactionManager} belong to it, as {@link SpringTransactions} does, and has it take part in
 * the transactions of jobs; for Hibernate.
 *
 * <p>In a handler with {@code COMPLETE_IN_TX} or {@code LOCK_IN_TX} repositories, {@code @Transactional} methods and shared {@code EntityManager}s work on the job's connection,
 * beside {@code JdbcTemplate}: what they write belongs to the job. One persistence context lasts for the run; it is flushed when the handler has returned, and the job fails if that does, or if
 * the transaction was marked for rollback. {@code REQUIRES_NEW} has a transaction of its own. What Hibernate does after a commit, as filling its second-level
 * cache, it does after the job's. The entity manager's filters, initializers and listeners for its creation are not called for it. Thread-safe.
 *
 * <pre>{@code
 * JobQueue.builder(dataSource).currentTransaction(SpringJpaTransactions.of(entityManagerFactory))
 * }</pre>
 */
public final class SpringJpaTransactions implements CurrentTransaction {
    private final EntityManagerFactory entityManagers;
    private final SessionFactory sessions;
    private final SpringTransactions transactions;

    private SpringJpaTransactions(
            EntityManagerFactory entityManagers, SessionFactory sessions, SpringTransactions transactions) {
        this.entityManagers = entityManagers;
        this.sessions = sessions;
        this.transactions = transactions;
    }

    /**
     * The transactions on this factory's data source, which is the queue's too.
     *
     * @param entityManagerFactory the bean that the transaction manager has
     * @throws ConfigurationException if it is null, not Hibernate's, or made without a data source that Spring knows
     */
    public static SpringJpaTransactions of(EntityManagerFactory entityManagerFactory) {
        Checks.present("entityManagerFactory", entityManagerFactory);
        DataSource dataSource =
                entityManagerFactory instanceof EntityManagerFactoryInfo info ? info.getDataSource() : null;
        if (dataSource == null) {
            throw new ConfigurationException(
                    "entityManagerFactory",
                    entityManagerFactory,
                    "one with a data source, as LocalContainerEntityManagerFactoryBean makes");
        }
        return new SpringJpaTransactions(
                entityManagerFactory, sessions(entityManagerFactory), SpringTransactions.of(dataSource));
    }

    private static SessionFactory sessions(EntityManagerFactory entityManagerFactory) {
        try {
            return entityManagerFactory.unwrap(SessionFactory.class);
        } catch (PersistenceException another) {
            throw new ConfigurationException("entityManagerFactory", entityManagerFactory, "one of Hibernate's");
        }
    }

    @Override
    public @Nullable Connection connection() {
        return transactions.connection();
    }

    @Override
    public boolean afterCommit(Runnable action) {
        return transactions.afterCommit(action);
    }

    @Override
    public <T extends @Nullable Object> T within(Connection connection, Callable<T> work) throws Exception {
        if (TransactionSynchronizationManager.isSynchronizationActive()
                || TransactionSynchronizationManager.hasResource(entityManagers)) {
            return work.call();
        }
        Session session = sessions.withOptions()
                .connection(UnendedConnection.of(connection))
                .openSession();
        // Told before all that Spring's code has registered meanwhile.
        JdbcTransactions.afterEnd(end -> ended(session, end));
        session.beginTransaction();
        TransactionSynchronizationManager.bindResource(entityManagers, new Participant(session));
        try {
            return transactions.within(connection, work, () -> flush(session));
        } finally {
            TransactionSynchronizationManager.unbindResource(entityManagers);
        }
    }

    private static void flush(Session session) {
        if (session.getTransaction().getRollbackOnly()) {
            throw new UnexpectedRollbackException("job: its transaction was marked for rollback by what it called");
        }
        session.flush();
    }

    private static void ended(Session session, TransactionEnd end) {
        try (session) {
            session.setHibernateFlushMode(FlushMode.MANUAL);
            if (end == TransactionEnd.COMMITTED) {
                session.getTransaction().commit();
            } else {
                session.getTransaction().rollback();
            }
        }
    }

    /** Says that the job's transaction is one which others may take part in. */
    private static final class Participant extends EntityManagerHolder {
        Participant(Session session) {
            super(session);
            setSynchronizedWithTransaction(true);
            setTransactionActive(true);
        }
    }
}
