package dev.headroom.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.arjuna.ats.internal.jta.transaction.arjunacore.TransactionSynchronizationRegistryImple;
import com.arjuna.ats.jdbc.TransactionalDriver;
import dev.headroom.queue.Recorder.Note;
import dev.headroom.queue.jta.JtaTransactions;
import jakarta.transaction.RollbackException;
import jakarta.transaction.TransactionManager;
import jakarta.transaction.TransactionSynchronizationRegistry;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import javax.sql.XADataSource;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.Test;
import org.mariadb.jdbc.MariaDbDataSource;
import org.postgresql.xa.PGXADataSource;

/** Jobs belong to Jakarta transactions; on Narayana, the manager of WildFly and Quarkus. */
@OnEveryBackend
class JtaTransactionsTest extends JobQueueContract {
    static {
        System.setProperty("ObjectStoreEnvironmentBean.objectStoreDir", "target/narayana");
    }

    private final TransactionManager manager = com.arjuna.ats.jta.TransactionManager.transactionManager();
    private final AtomicInteger taken = new AtomicInteger();
    private final AtomicInteger givenBack = new AtomicInteger();
    private final Recorder recorder = new Recorder();

    /** Polls so seldom that only a wake-up at the commit can have work found within a test's time. */
    private JobQueue queue(DataSource transactional) {
        JobQueue queue = started(builder()
                .handlers(recorder)
                .pollInterval(Duration.ofMinutes(5))
                .currentTransaction(JtaTransactions.of(new TransactionSynchronizationRegistryImple(), transactional)));
        await().until(() -> count("headroom_job_node") == 1);
        return queue;
    }

    private DataSource transactional() throws SQLException {
        Properties properties = new Properties();
        properties.put(
                TransactionalDriver.XADataSource, xa(database.dataSource().getJdbcUrl()));
        return (DataSource) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {DataSource.class}, (proxy, method, arguments) -> {
                    assertThat(method.getName()).isEqualTo("getConnection");
                    taken.incrementAndGet();
                    return watched(new TransactionalDriver().connect("jdbc:arjuna:", properties));
                });
    }

    private Connection watched(Connection connection) {
        return (Connection) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {Connection.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("close")) {
                        givenBack.incrementAndGet();
                    }
                    return method.invoke(connection, arguments);
                });
    }

    private XADataSource xa(String url) throws SQLException {
        return switch (backend) {
            case H2 -> {
                JdbcDataSource h2 = new JdbcDataSource();
                h2.setURL(url);
                yield h2;
            }
            case POSTGRESQL -> {
                PGXADataSource postgres = new PGXADataSource();
                postgres.setUrl(url);
                yield postgres;
            }
            case MARIADB -> new MariaDbDataSource(url);
        };
    }

    @Test
    void commitsAndRollsBackWithTheTransactionAndIsPickedUpAtItsCommit() throws Exception {
        JobQueue queue = queue(transactional());
        manager.begin();
        queue.enqueue(Recorder::note, new Note(1, "rolled back"));
        manager.rollback();
        manager.begin();
        JobHandle job = queue.enqueue(Recorder::note, new Note(2, "committed"));
        queue.enqueue(Recorder::note, new Note(3, "committed too"));
        assertThat(job.state()).as("seen before its commit").isEmpty();
        manager.commit();
        await().untilAsserted(() -> assertThat(recorder.order).containsExactlyInAnyOrder("committed", "committed too"));
        awaitNoJobs();
        assertThat(taken).as("one connection for each transaction").hasValue(2);
        assertThat(givenBack).hasValue(2);
    }

    @Test
    void sharesTheTransactionWithTheRowsThatItBelongsTo() throws Exception {
        DataSource transactional = transactional();
        JobQueue queue = queue(transactional);
        for (boolean commits : List.of(false, true)) {
            manager.begin();
            try (Connection connection = transactional.getConnection();
                    PreparedStatement insert = connection.prepareStatement("insert into effect (id) values (1)")) {
                insert.executeUpdate();
                queue.enqueue(Recorder::note, new Note(1, "commits " + commits));
            }
            if (commits) {
                manager.commit();
            } else {
                manager.rollback();
            }
        }
        await().untilAsserted(() -> assertThat(recorder.order).containsExactly("commits true"));
        awaitNoJobs();
        assertThat(count("effect")).isOne();
    }

    @Test
    void givesAConnectionBackThatTheTransactionDoesNotTake() throws Exception {
        TransactionSynchronizationRegistry real = new TransactionSynchronizationRegistryImple();
        TransactionSynchronizationRegistry late = (TransactionSynchronizationRegistry) Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {TransactionSynchronizationRegistry.class},
                (proxy, method, arguments) -> {
                    if (method.getName().equals("registerInterposedSynchronization")) {
                        throw new IllegalStateException("completing");
                    }
                    return method.invoke(real, arguments);
                });
        JobQueue queue =
                built(builder().handlers(recorder).currentTransaction(JtaTransactions.of(late, transactional())));
        manager.begin();
        assertThatThrownBy(() -> queue.enqueue(Recorder::note, new Note(1, "lost")))
                .hasMessage("completing");
        manager.rollback();
        assertThat(taken).hasValue(1);
        assertThat(givenBack).hasValue(1);
    }

    @Test
    void refusesATransactionThatCanOnlyRollBack() throws Exception {
        JobQueue queue = queue(transactional());
        manager.begin();
        manager.setRollbackOnly();
        assertThatThrownBy(() -> queue.enqueue(Recorder::note, new Note(1, "lost")))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage(
                        "transaction: in status 1 of jakarta.transaction.Status (expected: active, or no transaction)");
        assertThatThrownBy(manager::commit).isInstanceOf(RollbackException.class);
        queue.enqueue(Recorder::note, new Note(2, "without a transaction"));
        await().untilAsserted(() -> assertThat(recorder.order).containsExactly("without a transaction"));
        awaitNoJobs();
    }
}
