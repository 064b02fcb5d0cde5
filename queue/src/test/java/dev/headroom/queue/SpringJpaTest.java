package dev.headroom.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.headroom.queue.Recorder.Note;
import dev.headroom.queue.spring.SpringTransactions;
import jakarta.persistence.Entity;
import jakarta.persistence.EntityManager;
import jakarta.persistence.EntityManagerFactory;
import jakarta.persistence.Id;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.springframework.orm.jpa.JpaTransactionManager;
import org.springframework.orm.jpa.LocalContainerEntityManagerFactoryBean;
import org.springframework.orm.jpa.SharedEntityManagerCreator;
import org.springframework.orm.jpa.persistenceunit.PersistenceManagedTypes;
import org.springframework.orm.jpa.vendor.HibernateJpaVendorAdapter;
import org.springframework.transaction.support.TransactionTemplate;

/** Jobs belong to the transactions of a {@code JpaTransactionManager}, which takes part in no job's. */
class SpringJpaTest {
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
        private final EntityManager entities;

        Orders(EntityManagerFactory factory, JpaTransactionManager manager) {
            transactions = new TransactionTemplate(manager);
            entities = SharedEntityManagerCreator.createSharedEntityManager(factory);
        }

        /** In a transaction beside the job. */
        @Job(name = "jpa.apart", attempts = 1)
        public void apart(Note note) {
            transactions.executeWithoutResult(status -> entities.persist(new Placed(note.id())));
        }

        /** In the job's, which the manager refuses. */
        @Job(name = "jpa.within", tx = Tx.COMPLETE_IN_TX, attempts = 1)
        public void within(Note note, JobContext job) throws Exception {
            job.connection().getMetaData();
            apart(note);
        }
    }

    @Test
    void jobsCommitAndRollBackWithWhatHibernateWrites() throws Exception {
        try (Backend.Database database = Backend.H2.open()) {
            DataSource dataSource = database.dataSource();
            SchemaInstaller.install(dataSource);
            LocalContainerEntityManagerFactoryBean hibernate = new LocalContainerEntityManagerFactoryBean();
            hibernate.setDataSource(dataSource);
            hibernate.setManagedTypes(PersistenceManagedTypes.of(Placed.class.getName()));
            hibernate.setJpaVendorAdapter(new HibernateJpaVendorAdapter());
            hibernate.setJpaPropertyMap(Map.of("hibernate.hbm2ddl.auto", "create"));
            hibernate.afterPropertiesSet();
            try (EntityManagerFactory factory = hibernate.getObject()) {
                JpaTransactionManager manager = new JpaTransactionManager(factory);
                manager.afterPropertiesSet();
                run(dataSource, new Orders(factory, manager));
            } finally {
                hibernate.destroy();
            }
        }
    }

    private static void run(DataSource dataSource, Orders orders) throws Exception {
        try (JobQueue queue = JobQueue.builder(dataSource)
                .handlers(orders)
                .currentTransaction(SpringTransactions.of(dataSource))
                .build()) {
            queue.start();
            orders.transactions.executeWithoutResult(status -> {
                orders.entities.persist(new Placed(1));
                queue.enqueue(Orders::apart, new Note(2, ""));
                status.setRollbackOnly();
            });
            orders.transactions.executeWithoutResult(status -> {
                orders.entities.persist(new Placed(3));
                JobHandle job = queue.enqueue(Orders::apart, new Note(4, ""));
                assertThat(job.state()).as("seen before its commit").isEmpty();
            });
            queue.enqueue(Orders::within, new Note(5, ""));
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> number(dataSource, "select count(*) from headroom_job") == 0);
            assertThat(number(dataSource, "select sum(id) from placed")).isEqualTo(3 + 4);
            assertThat(queue.dead().newest(10))
                    .singleElement()
                    .satisfies(dead -> assertThat(dead.error()).contains("Pre-bound JDBC Connection found"));
        }
    }

    private static long number(DataSource dataSource, String sql) throws Exception {
        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getLong(1);
        }
    }
}
