package dev.headroom.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import dev.headroom.config.ConfigurationException;
import dev.headroom.queue.Recorder.Note;
import dev.headroom.queue.spi.CurrentTransaction;
import dev.headroom.queue.spring.SpringJpaTransactions;
import dev.headroom.queue.spring.SpringTransactions;
import dev.headroom.transaction.JdbcTransactions;
import jakarta.persistence.Entity;
import jakarta.persistence.EntityManager;
import jakarta.persistence.EntityManagerFactory;
import jakarta.persistence.Id;
import java.util.Map;
import org.hibernate.SessionFactory;
import org.hibernate.stat.Statistics;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.orm.jpa.JpaTransactionManager;
import org.springframework.orm.jpa.LocalContainerEntityManagerFactoryBean;
import org.springframework.orm.jpa.SharedEntityManagerCreator;
import org.springframework.orm.jpa.persistenceunit.PersistenceManagedTypes;
import org.springframework.orm.jpa.vendor.HibernateJpaVendorAdapter;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.TransactionTemplate;

/** Jobs belong to the transactions of a {@code JpaTransactionManager}, and with {@code SpringJpaTransactions} it takes part in theirs. */
@OnEveryBackend
class SpringJpaTest extends JobQueueContract {
    /** A row that Hibernate writes. */
    @Entity(name = "placed")
    public static class Placed {
        @Id
        private long id;

        /** As Hibernate wants it. */
        protected Placed() {}

        Placed(long id) {
            this.id = id;
        }
    }

    /** Handlers that write by Hibernate. */
    public static final class Orders {
        private final TransactionTemplate transactions;
        private final TransactionTemplate apart;
        private final EntityManager entities;
        private final JdbcTemplate jdbc;

        Orders(EntityManagerFactory factory, JpaTransactionManager manager) {
            transactions = new TransactionTemplate(manager);
            apart = new TransactionTemplate(manager);
            apart.setPropagationBehavior(TransactionDefinition.PROPAGATION_REQUIRES_NEW);
            entities = SharedEntityManagerCreator.createSharedEntityManager(factory);
            jdbc = new JdbcTemplate(manager.getDataSource());
        }

        /** In a transaction beside the job's end, to which what it enqueues belongs. */
        @Job(name = "jpa.apart", attempts = 1)
        public void apart(Note note, JobContext job) {
            transactions.executeWithoutResult(status -> {
                entities.persist(new Placed(note.id()));
                job.jobQueue().enqueue(Orders::jdbc, note);
                if (note.text().equals("rolled back")) {
                    status.setRollbackOnly();
                }
            });
        }

        /** In the job's, by JDBC alone. */
        @Job(name = "jpa.jdbc", tx = Tx.COMPLETE_IN_TX)
        public void jdbc(Note note) {
            jdbc.update("insert into effect (id, note) values (?, 'jdbc')", note.id());
        }

        /** In the job's. */
        @Job(name = "jpa.within", tx = Tx.COMPLETE_IN_TX, attempts = 2, backoff = "1ms..5ms")
        public void within(Note note, JobContext job) {
            transactions.executeWithoutResult(status -> {
                entities.persist(new Placed(note.id()));
                jdbc.update("insert into effect (id, note) values (?, 'within')", note.id());
                job.jobQueue().enqueue(Orders::jdbc, note);
                if (note.text().equals("marked")) {
                    status.setRollbackOnly();
                }
            });
            if (note.text().equals("fails")) {
                throw new IllegalStateException("after all was written");
            }
        }

        /** In the transaction that has locked the job. */
        @Job(name = "jpa.locked", queue = "locked", tx = Tx.LOCK_IN_TX, attempts = 2, backoff = "1ms..5ms")
        public void locked(Note note, JobContext job) {
            within(note, job);
        }

        /** In one of its own; what this does with a refusal of that does not hide it. */
        @Job(name = "jpa.within.apart", tx = Tx.COMPLETE_IN_TX, attempts = 2, backoff = "1ms..5ms")
        public void withinApart(Note note) {
            try {
                jdbc(note);
                apart.executeWithoutResult(status -> entities.persist(new Placed(note.id())));
            } catch (RuntimeException refused) {
                throw new IllegalStateException("no order", refused);
            }
        }

        /** In the job's, without a transaction of the manager's. */
        @Job(name = "jpa.shared", tx = Tx.COMPLETE_IN_TX, attempts = 2, backoff = "1ms..5ms")
        public void shared(Note note) {
            jdbc(note);
            entities.persist(new Placed(note.id()));
        }
    }

    private final LocalContainerEntityManagerFactoryBean hibernate = new LocalContainerEntityManagerFactoryBean();
    private EntityManagerFactory factory;
    private Orders orders;

    @BeforeEach
    void begin() {
        hibernate.setDataSource(dataSource());
        hibernate.setManagedTypes(PersistenceManagedTypes.of(Placed.class.getName()));
        hibernate.setJpaVendorAdapter(new HibernateJpaVendorAdapter());
        hibernate.setJpaPropertyMap(
                Map.of("hibernate.hbm2ddl.auto", "create", "hibernate.generate_statistics", "true"));
        hibernate.afterPropertiesSet();
        factory = hibernate.getObject();
        JpaTransactionManager manager = new JpaTransactionManager(factory);
        manager.afterPropertiesSet();
        orders = new Orders(factory, manager);
    }

    private JobQueue queue(CurrentTransaction current) {
        return started(builder().handlers(orders).currentTransaction(current));
    }

    @AfterEach
    void end() {
        hibernate.destroy();
    }

    /** Both know the manager's transactions. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void jobsCommitAndRollBackWithWhatHibernateWrites(boolean jpa) {
        JobQueue queue = queue(jpa ? SpringJpaTransactions.of(factory) : SpringTransactions.of(dataSource()));
        orders.transactions.executeWithoutResult(status -> {
            orders.entities.persist(new Placed(1));
            queue.enqueue(Orders::apart, new Note(2, ""));
            status.setRollbackOnly();
        });
        orders.transactions.executeWithoutResult(status -> {
            orders.entities.persist(new Placed(3));
            JobHandle job = queue.enqueue(Orders::apart, new Note(4, ""));
            queue.enqueue(Orders::apart, new Note(5, "rolled back"));
            assertThat(job.state()).as("seen before its commit").isEmpty();
        });
        awaitNoJobs();
        assertThat(number("select sum(id) from placed")).isEqualTo(3 + 4);
        assertThat(number("select sum(id) from effect")).isEqualTo(4);
        assertThat(queue.dead().newest(10)).isEmpty();
    }

    @Test
    void whatAHandlerWritesByHibernateBelongsToItsJob() {
        JobQueue queue = queue(SpringJpaTransactions.of(factory));
        queue.enqueue(Orders::within, new Note(1, ""));
        queue.enqueue(Orders::within, new Note(2, "fails"));
        queue.enqueue(Orders::within, new Note(3, "marked"));
        queue.enqueue(Orders::locked, new Note(4, ""));
        queue.enqueue(Orders::locked, new Note(5, "fails"));
        queue.enqueue(Orders::locked, new Note(6, "marked"));
        queue.enqueue(Orders::locked, new Note(7, ""));
        queue.enqueue(Orders::withinApart, new Note(8, ""));
        queue.enqueue(Orders::shared, new Note(9, ""));
        awaitNoJobs();
        queue.enqueue(Orders::shared, new Note(9, "there already"));
        awaitNoJobs();
        assertThat(number("select sum(id) from placed")).isEqualTo(1 + 4 + 7 + 8 + 9);
        assertThat(number("select sum(id) from effect where note = 'within'")).isEqualTo(1 + 4 + 7);
        assertThat(number("select sum(id) from effect where note = 'jdbc'")).isEqualTo(1 + 4 + 7 + 8 + 9);
        assertThat(queue.dead().newest(10))
                .extracting(DeadJob::name, DeadJob::reason)
                .containsExactlyInAnyOrder(
                        tuple("jpa.within", DeadJob.Reason.EXHAUSTED),
                        tuple("jpa.within", DeadJob.Reason.EXHAUSTED),
                        tuple("jpa.locked", DeadJob.Reason.EXHAUSTED),
                        tuple("jpa.locked", DeadJob.Reason.EXHAUSTED),
                        tuple("jpa.shared", DeadJob.Reason.EXHAUSTED));
        Statistics sessions = factory.unwrap(SessionFactory.class).getStatistics();
        await("sessions closed").until(() -> sessions.getSessionCloseCount() == sessions.getSessionOpenCount());
    }

    @Test
    void aHandlerThatUsesHibernateInAJobsTransactionOfJdbcIsADeadLetterAtOnceThatSaysWhy() {
        JobQueue queue = queue(SpringTransactions.of(dataSource()));
        queue.enqueue(Orders::within, new Note(1, ""));
        queue.enqueue(Orders::withinApart, new Note(2, ""));
        queue.enqueue(Orders::locked, new Note(3, ""));
        awaitNoJobs();
        assertThat(queue.dead().newest(10))
                .extracting(DeadJob::name)
                .containsExactlyInAnyOrder("jpa.within", "jpa.within.apart", "jpa.locked");
        assertThat(queue.dead().newest(10)).allSatisfy(dead -> {
            assertThat(dead.reason()).isEqualTo(DeadJob.Reason.GAVE_UP);
            assertThat(dead.attempts()).isOne();
            assertThat(dead.error())
                    .contains("Pre-bound JDBC Connection found (expected: ")
                    .contains("SpringJpaTransactions");
        });
        assertThat(count("placed") + count("effect")).isZero();
    }

    @Test
    void aHandlerThatDoesWithoutTheDatabaseTakesNoConnection() throws Exception {
        SpringJpaTransactions transactions = SpringJpaTransactions.of(factory);
        boolean begun = JdbcTransactions.<Boolean, Exception>inLazyTransaction(dataSource(), connection -> {
            transactions.within(connection, () -> true);
            return JdbcTransactions.isBegun(connection);
        });
        assertThat(begun).isFalse();
    }

    @Test
    void refusesAFactoryOfNoDataSource() {
        EntityManagerFactory unknown = hibernate.getNativeEntityManagerFactory();
        assertThatThrownBy(() -> SpringJpaTransactions.of(unknown))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageStartingWith("entityManagerFactory: ")
                .hasMessageContaining("(expected: one with a data source");
    }
}
