package dev.headroom.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.headroom.queue.Recorder.Note;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A run that did well and that the database undid for what others do, or for its own trouble, costs no attempt for as long as that may pass. */
@OnEveryBackend
class CollisionTest extends JobQueueContract {
    private final Waiting waiting = new Waiting();

    @Test
    void aCompletionThatNeverGetsItsLockCountsInTheEnd() {
        waiting.end.countDown();
        JobQueue queue = started(JobQueue.builder(refusing(dataSource(), "55P03", Integer.MAX_VALUE))
                .pollInterval(Duration.ofMillis(20))
                .workers(1)
                .handlers(waiting));
        queue.enqueue(Waiting::complete, new Note(1, ""));
        awaitNoJobs();
        assertThat(waiting.attempts).containsSubsequence(1, 2, 3).hasSize(13);
        waiting.attempts.clear();
        queue.enqueue(Waiting::lock, new Note(2, ""));
        awaitNoJobs();
        assertThat(waiting.attempts).containsOnly(1).hasSize(11);
        assertThat(queue.dead().newest(9))
                .extracting(DeadJob::reason)
                .containsExactly(DeadJob.Reason.EXHAUSTED, DeadJob.Reason.EXHAUSTED);
        assertThat(count("effect")).isZero();
        waiting.attempts.clear();
        queue.dead().requeueAll("waiting.lock", 1);
        awaitNoJobs();
        assertThat(waiting.attempts).as("forgiven anew").hasSize(11);
    }

    @Test
    void aCommitThatTheDatabaseChoseToEndADeadlockIsTriedAgainAndDoesNotCount() {
        waiting.end.countDown();
        JobQueue queue = started(JobQueue.builder(refusing(dataSource(), "40P01", 1))
                .pollInterval(Duration.ofMillis(20))
                .workers(1)
                .handlers(waiting));
        queue.enqueue(Waiting::complete, new Note(1, ""));
        awaitNoJobs();
        assertThat(queue.dead().newest(1)).isEmpty();
        assertThat(waiting.attempts).containsExactly(1, 1);
        assertThat(count("effect")).isOne();
    }

    @Test
    void deadlocksThatComeAgainAndAgainAreWarnedOfPausedForAndCountedInTheEnd() {
        waiting.end.countDown();
        AtomicInteger drawn = new AtomicInteger();
        JobQueue queue = started(JobQueue.builder(refusing(dataSource(), "40001", Integer.MAX_VALUE))
                .random(() -> {
                    drawn.incrementAndGet();
                    return 0;
                })
                .pollInterval(Duration.ofMillis(20))
                .workers(1)
                .handlers(waiting));
        try (Warnings warnings = new Warnings("FailedRuns")) {
            queue.enqueue(Waiting::complete, new Note(1, ""));
            awaitNoJobs();
            assertThat(warnings.messages())
                    .anySatisfy(warning -> assertThat(warning).contains("3 times by now, of which 20"));
        }
        assertThat(waiting.attempts).containsSubsequence(1, 2, 3).hasSize(23);
        assertThat(drawn).as("pauses, two of them before attempts").hasValue(20);
        waiting.attempts.clear();
        queue.enqueue(Waiting::lock, new Note(2, ""));
        awaitNoJobs();
        assertThat(waiting.attempts).containsOnly(1).hasSize(21);
        waiting.attempts.clear();
        queue.enqueue(Waiting::collide, new Note(3, ""));
        awaitNoJobs();
        assertThat(waiting.attempts).containsSubsequence(1, 2, 3).hasSize(23);
        assertThat(queue.dead().newest(9))
                .extracting(DeadJob::reason)
                .hasSize(3)
                .containsOnly(DeadJob.Reason.EXHAUSTED);
        assertThat(count("effect")).isZero();
    }

    @Test
    void theApplicationsOwnLimitOfAStatementCountsAtOnce() throws Exception {
        assumeThat(backend).isEqualTo(Backend.POSTGRESQL);
        waiting.end.countDown();
        execute(
                "create function too_slow() returns trigger language plpgsql as $$ begin if exists (select 1 from effect)"
                        + " then raise exception 'too slow' using errcode = '57014'; end if; return old; end $$");
        try {
            execute("create trigger too_slow before delete on headroom_job for each row execute function too_slow()");
            JobQueue queue = started(builder().workers(1).handlers(waiting));
            queue.enqueue(Waiting::complete, new Note(1, ""));
            awaitNoJobs();
            queue.enqueue(Waiting::lock, new Note(2, ""));
            awaitNoJobs();
            assertThat(waiting.attempts).containsExactly(1, 1);
            assertThat(queue.dead().newest(9)).hasSize(2);
        } finally {
            execute("drop function too_slow cascade");
        }
    }

    /**
     * @param state what a server says that is read-only, or full
     * @param locked whether one transaction locks the job, runs it and removes it
     */
    @ParameterizedTest
    @CsvSource({"25006, false", "25006, true", "53100, false", "53100, true"})
    void aCommitThatAServerInTroubleRefusesBuriesNoJob(String state, boolean locked) {
        waiting.end.countDown();
        JobQueue queue = started(JobQueue.builder(refusing(dataSource(), state, 1))
                .bookkeeping(dataSource())
                .pollInterval(Duration.ofMillis(20))
                .workers(1)
                .handlers(waiting));
        if (locked) {
            queue.enqueue(Waiting::lock, new Note(1, ""));
        } else {
            queue.enqueue(Waiting::complete, new Note(1, ""));
        }
        awaitNoJobs();
        assertThat(queue.dead().newest(1)).isEmpty();
        assertThat(waiting.attempts).containsExactly(1, 2);
        assertThat(count("effect")).isOne();
    }

    /** Whatever a handler ran in is not committed, so many times. */
    private static DataSource refusing(DataSource target, String state, int times) {
        AtomicInteger left = new AtomicInteger(times);
        return Proxied.commits(target, connection -> {
            boolean ran = Waiting.RAN.get();
            Waiting.RAN.set(false);
            if (ran && left.getAndDecrement() > 0) {
                connection.rollback();
                throw new SQLException("refused", state);
            }
            connection.commit();
        });
    }
}
