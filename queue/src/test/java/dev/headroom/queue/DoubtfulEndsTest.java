package dev.headroom.queue;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.queue.Recorder.Note;
import dev.headroom.queue.SturdyTest.Strange;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** An end whose commit was refused, or whose answer was lost, is written as it was, and is no lost lease. */
@OnEveryBackend
class DoubtfulEndsTest extends JobQueueContract {
    private final Recorder recorder = new Recorder();
    private final Strange strange = new Strange();

    private JobQueue builtElsewhere() {
        return built(builder().handlers(new Strange()));
    }

    /**
     * @param state what a server says that is lost, read-only, full, out of files or unwell
     * @param times how often after a lock
     */
    @ParameterizedTest
    @CsvSource({"08006, 2", "08006, 4", "25006, 2", "53100, 2", "58030, 2", "XX000, 2"})
    void anEndThatMeetsALockAndThenAServerInTroubleIsWrittenAsItWas(String state, int times) {
        DataSource losing = refusingCommits(dataSource(), new AtomicInteger(times), state);
        JobQueue queue = started(JobQueue.builder(refusingCommits(losing, new AtomicInteger(2), "55P03"))
                .pollInterval(Duration.ofMillis(100))
                .handlers(recorder));
        queue.enqueue(Recorder::note, new Note(1, "done"));
        awaitNoJobs();
        assertThat(recorder.order).containsExactly("done");
        assertThat(queue.dead().newest(10)).isEmpty();
    }

    /** @param locked how often it meets a lock after that */
    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void anEndWhoseCommitWasInDoubtIsNoLostLease(int locked) {
        AtomicInteger doubts = new AtomicInteger(1);
        AtomicInteger refusals = new AtomicInteger();
        AtomicInteger lost = new AtomicInteger();
        DataSource doubtful = doubtful(doubts, () -> {
            boolean completes = Thread.currentThread().getName().contains("-completer");
            if (completes && doubts.get() > 0) {
                refusals.set(locked);
            }
            return completes;
        });
        JobQueue queue = built(JobQueue.builder(refusingCommits(doubtful, refusals, "55P03"))
                .pollInterval(Duration.ofMillis(100))
                .handlers(recorder));
        queue.connect(StubMeters.countingLostLeases(lost));
        queue.start();
        queue.enqueue(Recorder::note, new Note(1, "done"));
        awaitNoJobs();
        queue.enqueue(Recorder::note, new Note(2, "too"));
        awaitNoJobs();
        assertThat(recorder.order).containsExactly("done", "too");
        assertThat(doubts.get()).isLessThan(1);
        assertThat(lost).hasValue(0);
    }

    @Test
    void aHandlersCommitThatWasInDoubtIsNoLostLeaseEither() {
        AtomicInteger doubts = new AtomicInteger(1);
        AtomicInteger lost = new AtomicInteger();
        JobQueue queue = built(JobQueue.builder(doubtful(doubts, () -> true))
                .bookkeeping(dataSource())
                .pollInterval(Duration.ofMillis(100))
                .handlers(strange));
        queue.connect(StubMeters.countingLostLeases(lost));
        queue.start();
        builtElsewhere().enqueue(Strange::once, new Note(1, "done"));
        awaitNoJobs();
        builtElsewhere().enqueue(Strange::once, new Note(2, "too"));
        awaitNoJobs();
        assertThat(strange.effects).hasValue(2);
        assertThat(doubts.get()).isLessThan(1);
        assertThat(queue.dead().newest(1)).isEmpty();
        queue.close();
        assertThat(lost).hasValue(0);
    }

    @ParameterizedTest
    @CsvSource({"55P03, 10", "57014, 10", "22000, 7"})
    void whatTheDatabaseRefusesForATimeMakesNoDeadLetterOfAJobThatDidWell(String state, int times) throws Exception {
        AtomicInteger refusals = new AtomicInteger(times);
        JobQueue queue = started(JobQueue.builder(refusingCommits(dataSource(), refusals, state))
                .pollInterval(Duration.ofMillis(100))
                .handlers(strange));
        JobHandle job = queue.enqueue(Strange::kept, new Note(1, "kept"));
        assertThat(job.await(Duration.ofSeconds(60)).orElseThrow().value(String.class))
                .contains("kept");
        assertThat(refusals.get()).isNegative();
        assertThat(queue.dead().newest(1)).isEmpty();
        assertThat(strange.effects).hasValue(1);
    }

    /** So many commits of outcomes are refused. */
    private static DataSource refusingCommits(DataSource target, AtomicInteger refusals, String state) {
        return Proxied.commits(target, connection -> {
            if (Thread.currentThread().getName().contains("-completer") && refusals.getAndDecrement() > 0) {
                connection.rollback();
                throw new SQLException("refused", state);
            }
            connection.commit();
        });
    }

    /** The connection is lost once a commit is done, where that is asked for. */
    private DataSource doubtful(AtomicInteger doubts, BooleanSupplier here) {
        return Proxied.commits(dataSource(), connection -> {
            connection.commit();
            if (here.getAsBoolean() && doubts.getAndDecrement() > 0) {
                throw new SQLNonTransientConnectionException("cut off", "08006");
            }
        });
    }
}
