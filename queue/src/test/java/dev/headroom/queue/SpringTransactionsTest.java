package dev.headroom.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.headroom.queue.Recorder.Note;
import dev.headroom.queue.spring.SpringTransactions;
import java.sql.Connection;
import java.time.Duration;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.jdbc.datasource.DataSourceUtils;
import org.springframework.jdbc.datasource.TransactionAwareDataSourceProxy;
import org.springframework.transaction.TransactionDefinition;
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
        // The node itself borrows connections now and then.
        await("connections given back")
                .until(() -> database.dataSource().getHikariPoolMXBean().getActiveConnections() == 0);
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
}
