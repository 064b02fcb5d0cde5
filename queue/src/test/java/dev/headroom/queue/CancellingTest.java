package dev.headroom.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.headroom.queue.Recorder.Note;
import dev.headroom.queue.testing.ManualQueue;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** A job that is cancelled does not run, or is asked to end and is not tried again. */
@OnEveryBackend
class CancellingTest extends JobQueueContract {
    private final Recorder recorder = new Recorder();

    @Test
    void whatWaitsIsGone() {
        JobQueue queue = built(builder().handlers(recorder));
        JobHandle ready = queue.enqueue(Recorder::note, new Note(1, ""));
        JobHandle scheduled = queue.delay(Duration.ofDays(1)).enqueue(Recorder::note, new Note(2, ""));
        assertThat(ready.cancel()).isTrue();
        assertThat(queue.job(scheduled.id()).orElseThrow().name()).isEqualTo("note");
        assertThat(queue.job(scheduled.id()).orElseThrow().cancel()).isTrue();
        assertThat(ready.cancel()).as("cancelled again").isFalse();
        assertThat(queue.job(ready.id())).isEmpty();
        assertThat(count("headroom_job")).isZero();
    }

    @Test
    void whatRunsHereIsInterruptedAndNotTriedAgain() {
        JobQueue queue = started(builder().handlers(recorder));
        JobHandle job = queue.enqueue(Recorder::blocked, new Note(1, ""));
        await().until(() -> recorder.runs.containsKey(1L));
        assertThat(job.cancel()).isTrue();
        awaitNoJobs();
        assertThat(recorder.runs).containsEntry(1L, 1);
        assertThat(queue.dead().newest(10)).isEmpty();
    }

    @Test
    void whatRunsInAnotherProcessIsInterruptedWithItsHeartbeat() {
        JobQueue worker = started(builder().handlers(recorder).lease(Duration.ofSeconds(3)));
        JobQueue elsewhere = built(builder());
        JobHandle job = elsewhere.enqueue(Recorder::blockedEffectUntilCancelled, new Note(1, ""));
        await().until(() -> recorder.runs.containsKey(1L));
        assertThat(job.cancel()).isTrue();
        awaitNoJobs();
        assertThat(recorder.order).containsExactly("cancelled true");
        assertThat(count("effect")).as("effects in the job's transaction").isZero();
        assertThat(worker.dead().newest(10)).isEmpty();
    }

    @Test
    void whatWasCancelledWhenItsNodeWasLostDoesNotRunAgain() throws Exception {
        JobQueue queue = built(builder().handlers(recorder).lease(Duration.ofMillis(600)));
        JobHandle job = queue.unique("key").enqueue(Recorder::note, new Note(1, ""));
        execute("update headroom_job set state = 1, lease = 0");
        assertThat(job.cancel()).isTrue();
        queue.unique("key").enqueue(Recorder::note, new Note(2, ""));
        queue.start();
        awaitNoJobs();
        assertThat(recorder.runs).containsOnlyKeys(2L);
    }

    /** As with one that its batch cancelled while it was ready. */
    @Test
    void oneThatNobodyHereKnowsIsPutAsideAndNotTakenUpAgainAtOnce() throws Exception {
        built(builder().handlers(recorder)).enqueue(Recorder::note, new Note(1, ""));
        execute("update headroom_job set flags = 2");
        try (ManualQueue jobs = ManualQueue.of(built(builder()))) {
            assertThat(jobs.drain()).isOne();
        }
        assertThat(count("headroom_job where state = 2")).isOne();
    }
}
