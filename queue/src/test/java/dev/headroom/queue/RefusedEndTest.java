package dev.headroom.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import dev.headroom.RequestContext;
import dev.headroom.queue.Recorder.Note;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An end whose writing is refused and cut off, one time after the other, is written once, as it was, and nobody takes it for another's. */
@OnEveryBackend
class RefusedEndTest extends JobQueueContract {
    /** Whether the thread has run a handler in a transaction that has not ended. */
    private static final ThreadLocal<Boolean> RUNS = ThreadLocal.withInitial(() -> false);

    private final Kept kept = new Kept();
    private final Queue<Fate> fates = new ConcurrentLinkedQueue<>();

    /** What becomes of a commit of ends. */
    private enum Fate {
        /** Others have a lock. */
        LOCK("55P03"),
        /** The database refuses it for what it is. */
        BAD("22000"),
        /** The connection is lost before it. */
        LOST("08006"),
        /** The connection is lost after it. */
        DONE("08006");

        private final String state;

        Fate(String state) {
            this.state = state;
        }
    }

    /** Its result is kept. */
    public static final class Kept {
        final AtomicInteger effects = new AtomicInteger();

        @Job(name = "refused.kept", track = true)
        public String kept(Note note) {
            effects.incrementAndGet();
            return note.text();
        }

        @Job(name = "refused.together", tx = Tx.COMPLETE_IN_TX, attempts = 1)
        public void together(Note note, JobContext job) throws SQLException {
            job.connection().createStatement().execute("insert into effect values (" + note.id() + ", '')");
            RUNS.set(true);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"DONE LOCK LOCK", "LOCK DONE LOST", "LOCK BAD DONE", "LOCK LOCK DONE LOST", "LOCK DONE"})
    void whatWasWrittenThoughTheAnswerWasLostIsNoLostLease(String written) {
        AtomicInteger lost = new AtomicInteger();
        JobQueue queue = built(JobQueue.builder(scripted()).handlers(kept));
        queue.connect(StubMeters.countingLostLeases(lost));
        fates.addAll(fates(written));
        queue.start();
        queue.enqueue(Kept::kept, new Note(1, "kept"));
        await().atMost(Duration.ofSeconds(30)).until(fates::isEmpty);
        awaitNoJobs();
        // It knows of all ends when it has closed.
        queue.close();
        assertThat(lost).hasValue(0);
        assertThat(queue.dead().newest(1)).isEmpty();
        assertThat(kept.effects).hasValue(1);
    }

    /** @param why what keeps the end from being written as a dead letter */
    @ParameterizedTest
    @ValueSource(strings = {"LOCK", "LOST"})
    void whatIsWorseIsWrittenForWhatTheDatabaseRefusesAndForNothingElse(String why) throws Exception {
        // So often that something else is written then.
        fates.addAll(fates("BAD BAD BAD BAD BAD BAD BAD BAD " + why));
        JobQueue queue = started(JobQueue.builder(scripted()).handlers(kept));
        JobHandle job = queue.enqueue(Kept::kept, new Note(1, "kept"));
        JobResult result = job.await(Duration.ofSeconds(30)).orElseThrow();
        assertThat(fates).isEmpty();
        assertThat(result.end()).isEqualTo(JobResult.End.DONE);
        assertThat(result.value(String.class)).contains("kept");
        assertThat(kept.effects).hasValue(1);
    }

    @Test
    void whatMayBeDoneOrNotCountsTheAttemptWhereThatCanNotBeWritten() throws Exception {
        fates.addAll(fates("LOST BAD BAD BAD BAD BAD BAD BAD BAD"));
        JobQueue queue = started(JobQueue.builder(scripted()).handlers(kept));
        try (LoggedLines lines = LoggedLines.of("Rewriter");
                RequestContext.Scope scope =
                        RequestContext.builder().user("anna").build().open()) {
            assertThat(scope).isNotNull();
            JobHandle job = queue.enqueue(Kept::together, new Note(1, ""));
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> count("headroom_job where state = 2 and attempt = 1"
                                    + " and error like 'its end could not be written%'")
                            == 1);
            String told = "queue: how job " + job.id() + " of refused.together ended can't be written: ";
            await().untilAsserted(() -> assertThat(lines.lines())
                    .anySatisfy(line -> assertThat(line.text()).startsWith(told))
                    .filteredOn(line -> line.text().startsWith(told))
                    .extracting(LoggedLines.Line::user)
                    .containsOnly("anna"));
        }
        assertThat(fates).isEmpty();
        execute("delete from headroom_job");
    }

    @Test
    void anEndThatHasToWaitForItsTurnIsLeftToWaitForLonger() throws Exception {
        assumeThat(backend).as("limits whole statements, not waits").isEqualTo(Backend.MARIADB);
        // Whoever has the job locked goes on for longer than an end waits at first, whenever it asks.
        String patient = "information_schema.processlist where time_ms > 1500 and info like '%headroom_job_result%'";
        JobQueue queue = built(builder().lease(Duration.ofSeconds(30)).handlers(kept));
        JobHandle job = queue.enqueue(Kept::kept, new Note(1, "kept"));
        try (Connection other = dataSource().getConnection()) {
            other.setAutoCommit(false);
            other.createStatement()
                    .execute("select * from headroom_job_result where job_id = " + job.id() + " for update");
            queue.start();
            await().atMost(Duration.ofSeconds(30)).until(() -> count(patient) > 0);
            other.rollback();
            other.setAutoCommit(true);
        }
        assertThat(job.await(Duration.ofSeconds(30)).orElseThrow().value(String.class))
                .contains("kept");
        assertThat(kept.effects).hasValue(1);
    }

    private static List<Fate> fates(String names) {
        return List.of(names.split(" ")).stream().map(Fate::valueOf).toList();
    }

    /** The next commits of ends, and of handlers with theirs, have these fates. */
    private DataSource scripted() {
        return Proxied.commits(dataSource(), connection -> {
            boolean ends = RUNS.get() || Thread.currentThread().getName().contains("-completer");
            Fate fate = ends ? fates.poll() : null;
            RUNS.set(RUNS.get() && fate == null);
            if (fate == null || fate == Fate.DONE) {
                connection.commit();
            } else {
                connection.rollback();
            }
            if (fate != null) {
                throw new SQLException("refused", fate.state);
            }
        });
    }
}
