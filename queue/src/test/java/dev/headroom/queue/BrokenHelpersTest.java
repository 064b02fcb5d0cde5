package dev.headroom.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.headroom.queue.Recorder.Note;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Meters, a log and conditions of the application's that throw cost no job, no end and no thread. */
@OnEveryBackend
class BrokenHelpersTest extends JobQueueContract {
    private final Recorder recorder = new Recorder();
    private final Waiting waiting = new Waiting();

    @ParameterizedTest
    @ValueSource(strings = {QueueMeters.CLAIM, QueueMeters.PICKUP, QueueMeters.RUN, QueueMeters.READY})
    void aMeterThatIsRefusedCostsNoJob(String meter) {
        AtomicInteger thrown = new AtomicInteger();
        JobQueue queue = built(builder().workers(1).handlers(recorder, waiting));
        queue.connect(StubMeters.throwing(meter, thrown));
        runsAll(queue);
        assertThat(thrown.get()).isPositive();
    }

    @Test
    void metersThatCanNotBeUsedCostNoJobAndLetItClose() {
        AtomicInteger thrown = new AtomicInteger();
        JobQueue queue = built(builder().workers(1).handlers(recorder, waiting));
        queue.connect(StubMeters.unusable(thrown));
        runsAll(queue);
        int before = thrown.get();
        queue.close();
        assertThat(thrown.get()).as("gauges that could not be closed").isGreaterThan(before);
    }

    private void runsAll(JobQueue queue) {
        waiting.end.countDown();
        queue.start();
        for (int id = 1; id <= 3; id++) {
            queue.enqueue(Recorder::note, new Note(id, "done"));
            queue.enqueue(Waiting::lock, new Note(id, "locked"));
        }
        awaitNoJobs();
        assertThat(recorder.order).containsExactly("done", "done", "done");
        assertThat(waiting.attempts).containsExactly(1, 1, 1);
        assertThat(queue.dead().newest(1)).isEmpty();
    }

    /**
     * @param refused how often the end is refused before it is written, by the one who writes ends and the one who does so again
     * @param state what the database says then: for a lock, or for what the end is, so that another is written at last
     */
    @ParameterizedTest
    @CsvSource({"0, 55P03", "1, 55P03", "8, 22000"})
    void aLogThatIsBrokenCostsNoEnd(int refused, String state) throws Exception {
        AtomicInteger lost = new AtomicInteger();
        AtomicInteger refusals = new AtomicInteger();
        JobQueue queue = built(JobQueue.builder(refusingEnds(refusals, state))
                .pollInterval(Duration.ofMillis(100))
                .shutdownGrace(Duration.ofSeconds(2))
                .workers(1)
                .handlers(recorder));
        queue.connect(StubMeters.countingLostLeases(lost));
        try (BrokenLog log = new BrokenLog("Node", "Completer", "Rewriter")) {
            queue.start();
            queue.enqueue(Recorder::blocked, new Note(1, "lost"));
            assertThat(recorder.blockedBegan.await(20, TimeUnit.SECONDS)).isTrue();
            // Its end finds that it is held no more, and that is told.
            execute("delete from headroom_job");
            refusals.set(refused);
            recorder.release.countDown();
            await().atMost(Duration.ofSeconds(30)).until(() -> lost.get() == 1);
            queue.enqueue(Recorder::blocked, new Note(2, "next"));
            awaitNoJobs();
            refusals.set(1);
            queue.enqueue(Recorder::blocked, new Note(3, "again"));
            awaitNoJobs();
            assertThat(recorder.runs).containsEntry(2L, 1).containsEntry(3L, 1);
            // What was written is not written once more.
            await().during(Duration.ofMillis(1_500))
                    .atMost(Duration.ofSeconds(5))
                    .until(() -> lost.get() == 1);
            queue.close();
            assertThat(log.thrown()).isPositive();
        }
    }

    /** So many commits of ends are refused. */
    private DataSource refusingEnds(AtomicInteger refusals, String state) {
        return Proxied.commits(dataSource(), connection -> {
            if (Thread.currentThread().getName().contains("-completer") && refusals.getAndDecrement() > 0) {
                connection.rollback();
                throw new SQLException("refused", state);
            }
            connection.commit();
        });
    }

    @Test
    void aLogThatIsBrokenCostsNoWorker() throws Exception {
        JobQueue queue = started(builder().workers(1).handlers(recorder));
        try (BrokenLog log = new BrokenLog("Node", "WorkerPool")) {
            queue.enqueue(Recorder::blockedEffect, new Note(1, "lost"));
            assertThat(recorder.blockedBegan.await(20, TimeUnit.SECONDS)).isTrue();
            execute("delete from headroom_job");
            recorder.release.countDown();
            await().atMost(Duration.ofSeconds(20)).until(() -> log.thrown() > 0);
            queue.enqueue(Recorder::note, new Note(2, "next"));
            awaitNoJobs();
        }
        assertThat(recorder.order).containsExactly("next");
    }

    @Test
    void aLogThatIsBrokenCostsNoWorkerThatLocksItsJobs() {
        waiting.end.countDown();
        AtomicInteger refusals = new AtomicInteger();
        JobQueue queue = started(JobQueue.builder(CuttingDataSource.of(dataSource(), refusals, new AtomicInteger()))
                .bookkeeping(dataSource())
                .pollInterval(Duration.ofMillis(100))
                .workers(1)
                .handlers(waiting));
        try (BrokenLog log = new BrokenLog("LockPool")) {
            refusals.set(1);
            await().atMost(Duration.ofSeconds(20)).until(() -> log.thrown() > 0);
            queue.enqueue(Waiting::lock, new Note(1, ""));
            awaitNoJobs();
        }
        assertThat(waiting.attempts).containsExactly(1);
    }

    @Test
    void aConditionWithAnErrorLetsItsQueueGoOnAsBefore() {
        recorder.release.countDown();
        JobQueue queue = started(builder()
                .handlers(recorder)
                .queue(
                        "blocked",
                        settings -> settings.runWhile(() -> {
                            throw new AssertionError("flags are broken");
                        })));
        queue.enqueue(Recorder::blocked, new Note(1, ""));
        queue.enqueue(Recorder::note, new Note(2, "too"));
        awaitNoJobs();
        assertThat(recorder.runs).containsEntry(1L, 1).containsEntry(2L, 1);
    }
}
