package dev.headroom.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.headroom.queue.Recorder.Note;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;

/** What is no fault of a job costs it nothing, and what is a job's fault costs nobody else anything. */
@OnEveryBackend
class SturdyTest extends JobQueueContract {
    private final Recorder recorder = new Recorder();
    private final Strange strange = new Strange();

    /** An exception of somebody else's. */
    private static final class Unprintable extends RuntimeException {
        private static final long serialVersionUID = 1L;

        @Override
        public String getMessage() {
            throw new IllegalStateException("no message");
        }
    }

    /** A payload whose class can't be had. */
    public record Broken(String text) {
        static {
            if (true) {
                throw new IllegalStateException("no class");
            }
        }
    }

    /** Handlers that fail in their own ways. */
    public static final class Strange {
        final AtomicInteger effects = new AtomicInteger();

        @Job(name = "unprintable", attempts = 2, backoff = "1ms..2ms")
        public void unprintable(Note note) {
            throw new Unprintable();
        }

        @Job(name = "broken", attempts = 2, backoff = "1ms..2ms")
        public void broken(Broken broken) {
            throw new AssertionError(broken);
        }

        @Job(name = "once", attempts = 1, tx = Tx.COMPLETE_IN_TX)
        public void once(Note note) {
            effects.incrementAndGet();
        }
    }

    @Test
    void aWorkerOutlivesWhateverAJobThrows() throws Exception {
        JobQueue queue = built(builder().handlers(strange, recorder).workers(1));
        queue.enqueue(Strange::unprintable, new Note(1, ""));
        queue.enqueue(Recorder::note, new Note(2, "broken"));
        execute("update headroom_job set kind = 'broken', max_attempts = 2 where kind = 'note'");
        queue.enqueue(Recorder::note, new Note(3, "goes on"));
        queue.start();
        awaitNoJobs();
        assertThat(recorder.order).containsExactly("goes on");
        assertThat(queue.dead().newest(10))
                .extracting(DeadJob::name)
                .containsExactlyInAnyOrder("unprintable", "broken");
        assertThat(queue.dead().newest(10))
                .allSatisfy(dead ->
                        assertThat(dead.error()).containsAnyOf("Unprintable, which can't be printed", "Broken"));
        queue.enqueue(Recorder::note, new Note(4, "still"));
        awaitNoJobs();
    }

    @Test
    void aDatabaseThatIsAwayCostsNoAttempt() throws Exception {
        AtomicInteger refusals = new AtomicInteger(3);
        JobQueue queue = started(JobQueue.builder(refusing(refusals))
                .bookkeeping(dataSource())
                .pollInterval(Duration.ofMillis(100))
                .handlers(strange));
        builtElsewhere().enqueue(Strange::once, new Note(1, ""));
        awaitNoJobs();
        assertThat(refusals.get()).isNegative();
        assertThat(strange.effects).hasValue(1);
        assertThat(queue.dead().newest(1)).isEmpty();
    }

    private JobQueue builtElsewhere() {
        return built(builder().handlers(new Strange()));
    }

    private DataSource refusing(AtomicInteger refusals) {
        return (DataSource) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {DataSource.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("getConnection") && refusals.getAndDecrement() > 0) {
                        throw new SQLTransientConnectionException("pool: no connection in time");
                    }
                    try {
                        return method.invoke(dataSource(), arguments);
                    } catch (InvocationTargetException thrown) {
                        throw thrown.getCause();
                    }
                });
    }

    @Test
    void inAutoCommitModeAJobIsThereWithAllThatBelongsToItOrNotAtAll() throws Exception {
        JobQueue queue = built(builder().handlers(recorder));
        try (Connection connection = dataSource().getConnection()) {
            JobHandle first = queue.in(connection).enqueue(Recorder::note, new Note(1, ""));
            // Its result can't be kept: the number is taken.
            execute("insert into headroom_job_result (job_id, kind) values (" + (first.id() + 1) + ", 'other')");
            assertThatThrownBy(() -> queue.in(connection).enqueue(Recorder::tracked, new Note(2, "")))
                    .isInstanceOf(QueueException.class);
            assertThat(connection.getAutoCommit()).isTrue();
        }
        assertThat(count("headroom_job")).isOne();
        execute("delete from headroom_job");
    }

    @Test
    void aProcessTakesNoJobsOfQueuesThatOnlyOthersServe() throws Exception {
        JobQueue worker = built(builder().handlers(recorder));
        JobHandle job = worker.enqueue(Recorder::tracked, new Note(1, "quick"));
        started(builder());
        await().until(() -> count("headroom_job_node") == 1);
        assertThat(number("select workers from headroom_job_node")).isZero();
        assertThat(job.state()).contains(JobState.READY);
        worker.start();
        awaitNoJobs();
        assertThat(job.result()).isPresent();
    }
}
