package dev.headroom.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.headroom.Contracts;
import dev.headroom.config.ConfigurationException;
import dev.headroom.meter.Meters;
import dev.headroom.queue.Recorder.Note;
import dev.headroom.queue.spring.SpringTransactions;
import dev.headroom.queue.testing.ManualQueue;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.jdbc.datasource.DataSourceUtils;
import org.springframework.jdbc.datasource.LazyConnectionDataSourceProxy;
import org.springframework.jdbc.datasource.TransactionAwareDataSourceProxy;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionTemplate;

/** Jobs belong to Spring's transactions: what {@code @Transactional} opens, opened here by its template. */
@OnEveryBackend
class SpringTransactionsTest extends JobQueueContract {
    private final Recorder recorder = new Recorder();

    private TransactionTemplate transactions() {
        return new TransactionTemplate(new DataSourceTransactionManager(dataSource()));
    }

    /** Polls so seldom that only a wake-up at the commit can have work found within a test's time. */
    private JobQueue queue() {
        JobQueue queue = started(builder()
                .handlers(recorder)
                .pollInterval(Duration.ofMinutes(5))
                .currentTransaction(SpringTransactions.of(new TransactionAwareDataSourceProxy(dataSource()))));
        await().until(() -> count("headroom_job_node") == 1);
        return queue;
    }

    @Test
    void commitsAndRollsBackWithTheTransactionAndIsPickedUpAtItsCommit() {
        JobQueue queue = queue();
        transactions().executeWithoutResult(status -> {
            queue.enqueue(Recorder::note, new Note(1, "rolled back"));
            status.setRollbackOnly();
        });
        transactions().executeWithoutResult(status -> {
            JobHandle job = queue.enqueue(Recorder::note, new Note(2, "committed"));
            assertThat(job.state()).as("seen before its commit").isEmpty();
            Connection springs = DataSourceUtils.getConnection(dataSource());
            assertThat(springs).satisfies(open -> assertThat(open.isClosed()).isFalse());
            DataSourceUtils.releaseConnection(springs, dataSource());
        });
        await().untilAsserted(() -> assertThat(recorder.order).containsExactly("committed"));
        awaitNoJobs();
        // The node itself borrows connections now and then, and keeps one.
        await("connections given back")
                .until(() -> database.dataSource().getHikariPoolMXBean().getActiveConnections() <= 1);
    }

    @Test
    void theTestKitSeesWhatATransactionHasEnqueuedThatIsNeverCommitted() {
        JobQueue queue = built(builder().handlers(recorder).currentTransaction(SpringTransactions.of(dataSource())));
        Note note = new Note(1, "rolled back");
        try (ManualQueue jobs = ManualQueue.of(queue)) {
            transactions().executeWithoutResult(status -> {
                queue.enqueue(Recorder::note, note);
                jobs.assertEnqueued(Recorder::note, note);
                assertThat(jobs.enqueued(Recorder::note)).containsExactly(note);
                assertThatThrownBy(jobs::assertNothingEnqueued).hasMessage("jobs that wait: [note] (expected: none)");
                assertThat(jobs.drain()).as("runs what has committed").isZero();
                status.setRollbackOnly();
            });
            jobs.assertNothingEnqueued();
        }
        assertThat(recorder.order).isEmpty();
    }

    /** Handlers as Spring's users write them: what they call knows nothing of jobs. */
    public static final class Orders {
        private final JdbcTemplate jdbc;
        private final TransactionTemplate transactional;
        private final TransactionTemplate apart;
        final List<String> told = new CopyOnWriteArrayList<>();

        Orders(DataSource dataSource) {
            jdbc = new JdbcTemplate(dataSource);
            transactional = new TransactionTemplate(new DataSourceTransactionManager(dataSource));
            apart = new TransactionTemplate(new DataSourceTransactionManager(dataSource));
            apart.setPropagationBehavior(TransactionDefinition.PROPAGATION_REQUIRES_NEW);
        }

        @Job(name = "order.unkept", tx = Tx.COMPLETE_IN_TX, attempts = 1, track = true)
        public Object unkept(Note note) {
            return remembering(note);
        }

        @Job(name = "order.locked", queue = "locked", tx = Tx.LOCK_IN_TX, attempts = 1, track = true)
        public Object locked(Note note) {
            return remembering(note);
        }

        private Object remembering(Note note) {
            jdbc.update("insert into effect (id, note) values (?, 'template')", note.id());
            TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {
                @Override
                public void afterCompletion(int status) {
                    told.add(note.text() + (status == STATUS_COMMITTED ? " committed" : " rolled back"));
                }
            });
            // What refers to itself has no JSON.
            List<Object> endless = new ArrayList<>();
            endless.add(endless);
            return note.text().equals("kept") ? note.text() : endless;
        }

        @Job(name = "order.broken", tx = Tx.COMPLETE_IN_TX, attempts = 1)
        public void broken(Note note) {
            breaking(note);
        }

        @Job(name = "order.locked.broken", queue = "locked", tx = Tx.LOCK_IN_TX, attempts = 1)
        public void lockedBroken(Note note) {
            breaking(note);
        }

        private void breaking(Note note) {
            jdbc.update("insert into effect (id, note) values (?, 'template')", note.id());
            TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {
                @Override
                public void afterCommit() {
                    throw new AssertionError("broken");
                }

                @Override
                public void afterCompletion(int status) {
                    told.add(note.text() + " released");
                }
            });
        }

        @Job(name = "order", tx = Tx.COMPLETE_IN_TX, attempts = 1)
        public void order(Note note, JobContext job) {
            jdbc.update("insert into effect (id, note) values (?, 'template')", note.id());
            apart.executeWithoutResult(
                    status -> jdbc.update("insert into effect (id, note) values (?, 'apart')", note.id()));
            transactional.executeWithoutResult(status -> {
                jdbc.update("insert into effect (id, note) values (?, 'transactional')", note.id());
                job.jobQueue().enqueue(Recorder::note, note);
                TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {
                    @Override
                    public void afterCommit() {
                        told.add(note.text());
                    }
                });
                if (note.text().equals("marked")) {
                    status.setRollbackOnly();
                }
            });
            if (note.text().equals("fails")) {
                throw new IllegalStateException("after all was written");
            }
        }
    }

    @Test
    void whatSpringsCodeWritesInAHandlerBelongsToItsJob() {
        Orders orders = new Orders(dataSource());
        JobQueue queue =
                built(builder().handlers(orders, recorder).currentTransaction(SpringTransactions.of(dataSource())));
        queue.enqueue(Orders::order, new Note(1, "done"));
        queue.enqueue(Orders::order, new Note(2, "fails"));
        queue.enqueue(Orders::order, new Note(3, "marked"));
        queue.start();
        awaitNoJobs();
        assertThat(count("effect where note <> 'apart'")).isEqualTo(2);
        assertThat(count("effect where note <> 'apart' and id = 1")).isEqualTo(2);
        assertThat(count("effect where note = 'apart'")).isEqualTo(3);
        assertThat(recorder.order).containsExactly("done");
        assertThat(orders.told).containsExactly("done");
        assertThat(queue.dead().newest(10)).extracting(DeadJob::name).containsExactly("order", "order");
    }

    @Test
    void tellsSpringsCodeOfTheEndAlsoWhenAJobIsRolledBackAfterItsHandlerDidWell() {
        Orders orders = new Orders(dataSource());
        JobQueue queue =
                started(builder().handlers(orders).workers(1).currentTransaction(SpringTransactions.of(dataSource())));
        for (String text : List.of("kept", "unkept")) {
            queue.enqueue(Orders::unkept, new Note(1, text));
            queue.enqueue(Orders::locked, new Note(1, text));
        }
        awaitNoJobs();
        await().untilAsserted(() -> assertThat(orders.told)
                .containsExactlyInAnyOrder(
                        "kept committed", "kept committed", "unkept rolled back", "unkept rolled back"));
        assertThat(count("effect")).isEqualTo(2);
    }

    @Test
    void anErrorAfterTheCommitIsNoFailureOfTheJobAndKeepsNothingFromBeingReleased() {
        Orders orders = new Orders(dataSource());
        JobQueue queue =
                built(builder().handlers(orders).workers(1).currentTransaction(SpringTransactions.of(dataSource())));
        List<String> outcomes = new CopyOnWriteArrayList<>();
        queue.connect(outcomes(outcomes));
        queue.start();
        queue.enqueue(Orders::broken, new Note(1, "completed"));
        queue.enqueue(Orders::lockedBroken, new Note(2, "locked"));
        awaitNoJobs();
        await().untilAsserted(() ->
                assertThat(orders.told).containsExactlyInAnyOrder("completed released", "locked released"));
        await().untilAsserted(() ->
                assertThat(outcomes).containsExactlyInAnyOrder("order.broken done", "order.locked.broken done"));
        assertThat(queue.dead().newest(9)).isEmpty();
        assertThat(count("effect")).isEqualTo(2);
    }

    /** An application without anything but the outcomes of runs. */
    private static Contracts outcomes(List<String> outcomes) {
        Contracts alone = Contracts.standalone();
        Meters meters = (Meters) Proxy.newProxyInstance(
                SpringTransactionsTest.class.getClassLoader(),
                new Class<?>[] {Meters.class},
                (proxy, method, arguments) -> {
                    if (method.getName().equals("timer") && QueueMeters.RUN.equals(arguments[0])) {
                        String[] tags = (String[]) arguments[1];
                        outcomes.add(tags[1] + " " + tags[3]);
                    }
                    return method.invoke(alone.meters(), arguments);
                });
        return new Contracts(
                meters, alone.readings(), alone.load(), alone.consistency(), alone.transactions(), alone.background());
    }

    @Test
    void keepsToTheInnerTransactionThatNeedsOneOfItsOwn() {
        JobQueue queue = queue();
        TransactionTemplate inner = transactions();
        inner.setPropagationBehavior(TransactionDefinition.PROPAGATION_REQUIRES_NEW);
        transactions().executeWithoutResult(outer -> {
            queue.enqueue(Recorder::note, new Note(1, "outer"));
            inner.executeWithoutResult(status -> queue.enqueue(Recorder::note, new Note(2, "inner")));
            await().untilAsserted(() -> assertThat(recorder.order).containsExactly("inner"));
            outer.setRollbackOnly();
        });
        awaitNoJobs();
        assertThat(recorder.order).containsExactly("inner");
    }

    @Test
    void rollsBackToASavepointWithWhatItEnqueued() {
        JobQueue queue = queue();
        TransactionTemplate nested = transactions();
        nested.setPropagationBehavior(TransactionDefinition.PROPAGATION_NESTED);
        transactions().executeWithoutResult(outer -> {
            queue.enqueue(Recorder::note, new Note(1, "outer"));
            nested.executeWithoutResult(status -> {
                queue.enqueue(Recorder::note, new Note(2, "nested"));
                status.setRollbackOnly();
            });
        });
        await().untilAsserted(() -> assertThat(recorder.order).containsExactly("outer"));
        awaitNoJobs();
    }

    @Test
    void hasATransactionOfItsOwnWhereSpringHasNoneOnThisDatabase() {
        JobQueue queue = queue();
        JdbcDataSource other = new JdbcDataSource();
        other.setURL("jdbc:h2:mem:elsewhere");
        queue.enqueue(Recorder::note, new Note(1, "none"));
        new TransactionTemplate(new DataSourceTransactionManager(other)).executeWithoutResult(status -> {
            Connection bound = DataSourceUtils.getConnection(dataSource());
            queue.enqueue(Recorder::note, new Note(2, "another's"));
            DataSourceUtils.releaseConnection(bound, dataSource());
            status.setRollbackOnly();
        });
        awaitNoJobs();
        assertThat(recorder.order).containsExactlyInAnyOrder("none", "another's");
    }

    @Test
    void isNotBuiltOnADataSourceByWhichItWouldCommitWhatIsSprings() {
        DataSource lending = new TransactionAwareDataSourceProxy(dataSource());
        assertThatThrownBy(() -> JobQueue.builder(lending))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageStartingWith("dataSource: " + TransactionAwareDataSourceProxy.class.getName()
                        + " (expected: the pool that it wraps, and currentTransaction(SpringTransactions.of(pool))");
        assertThatThrownBy(() -> builder().bookkeeping(lending)).hasMessageStartingWith("bookkeeping: ");
        assertThatThrownBy(() -> SchemaInstaller.install(lending)).hasMessageStartingWith("dataSource: ");
    }

    @Test
    void warnsOnceOfATransactionThatItWasNotToldOf() {
        JobQueue untold = built(builder().name("untold").handlers(recorder));
        JobQueue told = built(builder().handlers(recorder).currentTransaction(SpringTransactions.of(dataSource())));
        JdbcDataSource other = new JdbcDataSource();
        other.setURL("jdbc:h2:mem:elsewhere");
        Note note = new Note(1, "");
        try (Warnings warnings = new Warnings("UnknownTransactions")) {
            untold.enqueue(Recorder::note, note);
            new TransactionTemplate(new DataSourceTransactionManager(other)).executeWithoutResult(status -> {
                Connection bound = DataSourceUtils.getConnection(dataSource());
                untold.enqueue(Recorder::note, note);
                DataSourceUtils.releaseConnection(bound, dataSource());
            });
            transactions().executeWithoutResult(status -> {
                told.enqueue(Recorder::note, note);
                untold.in(DataSourceUtils.getConnection(dataSource())).enqueue(Recorder::note, note);
            });
            assertThat(warnings.messages()).isEmpty();
            for (int i = 0; i < 2; i++) {
                transactions().executeWithoutResult(status -> {
                    untold.enqueue(Recorder::note, note);
                    status.setRollbackOnly();
                });
            }
            assertThat(warnings.messages())
                    .singleElement()
                    .asString()
                    .startsWith("untold: ")
                    .contains("currentTransaction(SpringTransactions.of(dataSource))");
            assertThat(count("headroom_job")).as("all but none of the told").isEqualTo(6);
        }
    }

    @Test
    void warnsOfOneOnAWrapperOfItsDataSource() {
        JobQueue queue = built(builder().handlers(recorder).currentTransaction(SpringTransactions.of(dataSource())));
        DataSource wrapper = new LazyConnectionDataSourceProxy(dataSource());
        try (Warnings warnings = new Warnings("UnknownTransactions")) {
            new TransactionTemplate(new DataSourceTransactionManager(wrapper))
                    .executeWithoutResult(status -> queue.enqueue(Recorder::note, new Note(1, "")));
            assertThat(warnings.messages()).hasSize(1);
        }
    }
}
