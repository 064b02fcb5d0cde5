package dev.headroom.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import dev.headroom.codec.CodecException;
import dev.headroom.config.ConfigurationException;
import dev.headroom.queue.Recorder.Note;
import dev.headroom.queue.Recorder.Thumb;
import java.sql.Connection;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Of tracked jobs it is known how far they are, how they ended and with what. */
@OnEveryBackend
class TrackingTest extends JobQueueContract {
    private static final Duration LONG = Duration.ofSeconds(30);

    private final Recorder recorder = new Recorder();

    @Test
    void aRequestWaitsForWhatAJobReturns() throws Exception {
        JobQueue queue = started(builder().handlers(recorder));
        JobHandle job = queue.enqueue(Recorder::tracked, new Note(7, ""));
        JobResult result = job.await(LONG).orElseThrow();
        assertThat(result.end()).isEqualTo(JobResult.End.DONE);
        assertThat(result.value(Thumb.class)).contains(new Thumb("/thumb/7", 90));
        assertThat(result.error()).isEmpty();
        assertThat(job.progress()).contains(new JobProgress(0.5, "half"));
        assertThatThrownBy(() -> result.value(Integer.class)).isInstanceOf(CodecException.class);
    }

    @Test
    void anotherProcessLearnsOfItToo() throws Exception {
        started(builder().handlers(recorder));
        JobQueue elsewhere = built(builder());
        JobHandle job = elsewhere.enqueue(Recorder::trackedEffect, new Note(1, ""));
        assertThat(job.await(LONG).orElseThrow().value(Integer.class)).contains(42);
        assertThat(count("effect")).isOne();
        JobHandle found = built(builder()).job(job.id()).orElseThrow();
        assertThat(found.name()).isEqualTo("tracked.effect");
        assertThat(found.state()).isEmpty();
        assertThat(found.result().orElseThrow().value(Integer.class)).contains(42);
    }

    @Test
    void aResultThatCannotBeKeptEndsTheJobWithoutRunningItAgain() throws Exception {
        JobQueue queue = started(builder().handlers(recorder).maxPayload(500));
        JobHandle plain = queue.enqueue(Recorder::trackedLong, new Note(1, ""));
        JobHandle inTransaction = queue.enqueue(Recorder::trackedEffectLong, new Note(2, ""));
        assertThat(plain.await(LONG).orElseThrow().error())
                .contains("its effects stand and are not repeated")
                .contains("result of tracked.long: 1002 characters (expected: at most 500");
        assertThat(inTransaction.await(LONG).orElseThrow().error()).contains("its effects were rolled back");
        assertThat(recorder.runs).containsEntry(1L, 1).containsEntry(2L, 1);
        assertThat(count("effect")).isZero();
        assertThat(queue.dead().newest(10)).extracting(DeadJob::reason).containsOnly(DeadJob.Reason.UNWRITABLE);
    }

    @Test
    void waitingEndsWithItsTimeAndProgressIsSeenMeanwhile() throws Exception {
        JobQueue queue = started(builder().handlers(recorder));
        JobHandle job = queue.enqueue(Recorder::tracked, new Note(1, "wait"));
        await().until(() -> job.progress().isPresent());
        assertThat(job.await(Duration.ofMillis(20))).isEmpty();
        assertThat(job.result()).isEmpty();
        CompletableFuture<JobResult> waiting = CompletableFuture.supplyAsync(() -> {
            try {
                return job.await(LONG).orElseThrow();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        recorder.release.countDown();
        assertThat(waiting.get().end()).isEqualTo(JobResult.End.DONE);
    }

    @Test
    void aDeadLetterAndACancelledJobAreEndsTooAndRequeuingBeginsAnew() throws Exception {
        JobQueue queue = built(builder().handlers(recorder));
        JobHandle cancelled = queue.delay(Duration.ofDays(1)).enqueue(Recorder::tracked, new Note(1, ""));
        cancelled.cancel();
        assertThat(cancelled.result().orElseThrow().end()).isEqualTo(JobResult.End.CANCELLED);
        queue.start();
        JobHandle running = queue.enqueue(Recorder::tracked, new Note(2, "wait"));
        await().until(() -> running.progress().isPresent());
        running.cancel();
        assertThat(running.await(LONG).orElseThrow().end()).isEqualTo(JobResult.End.CANCELLED);
        JobHandle dead = queue.enqueue(Recorder::tracked, new Note(3, "fail"));
        JobResult result = dead.await(LONG).orElseThrow();
        assertThat(result.end()).isEqualTo(JobResult.End.DEAD);
        assertThat(result.error()).contains("Refusal: no thumb");
        assertThat(result.value(Thumb.class)).isEmpty();
        queue.close();
        JobQueue stopped = built(builder().handlers(recorder));
        stopped.dead().requeue(dead.id());
        assertThat(dead.result()).isEmpty();
        assertThat(dead.cancel()).isTrue();
    }

    @Test
    void aRolledBackEnqueueLeavesNothingAndABatchIsTrackedJobByJob() throws Exception {
        JobQueue queue = built(builder().handlers(recorder));
        try (Connection connection = dataSource().getConnection()) {
            connection.setAutoCommit(false);
            queue.in(connection).enqueue(Recorder::tracked, new Note(1, ""));
            connection.rollback();
            connection.setAutoCommit(true);
        }
        assertThat(count("headroom_job_result")).isZero();
        queue.enqueueAll(Recorder::tracked, List.of(new Note(2, ""), new Note(3, "")));
        queue.unique("key").enqueue(Recorder::tracked, new Note(4, ""));
        queue.unique("key").enqueue(Recorder::tracked, new Note(5, ""));
        assertThat(count("headroom_job_result")).isEqualTo(3);
        queue.start();
        awaitNoJobs();
        assertThat(count("headroom_job_result where outcome = 0")).isEqualTo(3);
    }

    @Test
    void resultsAreForgottenAfterTheirTime() throws Exception {
        JobQueue first = started(builder().handlers(recorder));
        JobHandle job = first.enqueue(Recorder::tracked, new Note(1, ""));
        assertThat(job.await(LONG)).isPresent();
        first.close();
        started(builder().handlers(recorder).keepResults(Duration.ofMillis(1)).lease(Duration.ofSeconds(1)));
        await().atMost(LONG).until(() -> count("headroom_job_result") == 0);
        assertThat(job.result()).isEmpty();
    }

    /** The kind as code knew it that is being replaced. */
    public static final class Older {
        @Job(name = "tracked", queue = "tracked", attempts = 1)
        public void tracked(Note note) {}
    }

    @Test
    void whatAnOlderProcessEnqueuedThatDidNotTrackItIsTrackedHere() throws Exception {
        JobQueue older = built(builder().handlers(new Older()));
        JobHandle done = older.enqueue(Older::tracked, new Note(1, ""));
        JobHandle dead = older.enqueue(Older::tracked, new Note(2, "fail"));
        assertThat(count("headroom_job_result")).isZero();
        JobQueue newer = started(builder().handlers(recorder));
        assertThat(done.await(LONG).orElseThrow().value(Thumb.class)).contains(new Thumb("/thumb/1", 90));
        assertThat(done.progress()).contains(new JobProgress(0.5, "half"));
        assertThat(newer.job(dead.id()).orElseThrow().await(LONG).orElseThrow().error())
                .contains("no thumb");
    }

    @Test
    @Timeout(60)
    void waitingForWhatHasNoResultEndsWithTheJob() throws Exception {
        JobQueue queue = started(builder().handlers(recorder));
        JobHandle job = queue.enqueue(Recorder::note, new Note(1, ""));
        assertThat(job.await(Duration.ofHours(1))).isEmpty();
        assertThat(recorder.order).hasSize(1);
    }

    @Test
    void handlersThatReturnSomethingMustBeTracked() {
        assertThatThrownBy(() -> builder().handlers(new Losing()))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("has no result unless it is tracked");
    }

    /** Tells what can't be kept. */
    public static final class Vague {
        final List<String> refused = new CopyOnWriteArrayList<>();

        @Job(name = "vague", track = true)
        @SuppressWarnings("NullAway") // What callers whose compiler does not look do all the same.
        public void vague(JobContext job) {
            List<ThrowingCallable> calls = List.of(
                    () -> job.progress(0.5, null),
                    () -> job.progress(0.5, "n".repeat(501)),
                    () -> job.progress(1.01, ""),
                    () -> job.progress(Double.NaN, ""),
                    () -> job.step("s".repeat(191), () -> {}));
            calls.forEach(call -> refused.add(
                    catchThrowableOfType(ConfigurationException.class, call).getMessage()));
        }
    }

    @Test
    void progressThatCannotBeKeptIsRefused() {
        Vague vague = new Vague();
        started(builder().handlers(vague)).enqueue(Vague::vague);
        awaitNoJobs();
        assertThat(vague.refused)
                .containsExactly(
                        "note: null (expected: a value)",
                        "note: 501 characters (expected: at most 500 characters)",
                        "share: 1.01 (expected: 0.0 to 1.0)",
                        "share: NaN (expected: 0.0 to 1.0)",
                        "step: 191 characters (expected: at most 190 characters)");
    }

    /** Its result would go nowhere. */
    public static final class Losing {
        @Job(name = "lost")
        public int lost() {
            return 1;
        }
    }
}
