package dev.headroom.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headroom.queue.Recorder.Note;
import dev.headroom.queue.testing.ManualQueue;
import dev.headroom.transaction.JdbcTransactions;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** The test kit runs jobs when it is told to and at no other time. */
@OnEveryBackend
class ManualQueueTest extends JobQueueContract {
    private final Recorder recorder = new Recorder();

    @Test
    void runsOnTheCallersThreadInOrderWhenTold() {
        JobQueue queue = built(builder().handlers(recorder));
        recorder.queue = queue;
        try (ManualQueue jobs = ManualQueue.of(queue)) {
            queue.enqueue(Recorder::followUp, new Note(1, "follows"));
            queue.priority(0).enqueue(Recorder::note, new Note(2, "first"));
            assertThat(recorder.order).isEmpty();
            assertThat(jobs.runNext()).isTrue();
            assertThat(recorder.order).containsExactly("first");
            assertThat(jobs.drain()).isEqualTo(2);
            assertThat(recorder.order).containsExactly("first", "follows");
            assertThat(jobs.runNext()).isFalse();
        }
    }

    @Test
    void refusesAQueueWhoseWorkersWouldRunItsJobs() {
        JobQueue queue = started(builder().handlers(recorder));
        assertThatThrownBy(() -> ManualQueue.of(queue))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageStartingWith("queue: started (expected: not started");
    }

    @Test
    void timePassesWhenTold() {
        JobQueue queue = built(builder().handlers(recorder));
        try (ManualQueue jobs = ManualQueue.of(queue)) {
            queue.delay(Duration.ofDays(1)).enqueue(Recorder::note, new Note(1, "tomorrow"));
            jobs.advance(Duration.ofHours(23));
            assertThat(jobs.drain()).isZero();
            jobs.advance(Duration.ofHours(1));
            assertThat(jobs.drain()).isOne();
            recorder.failuresLeft.set(1);
            queue.enqueue(Recorder::flaky, new Note(2, ""));
            jobs.drain();
            jobs.advance(Duration.ofMillis(5));
            jobs.drain();
            assertThat(recorder.runs).containsEntry(2L, 2);
        }
    }

    @Test
    void saysWhatIsEnqueuedAndWhatIsNot() {
        JobQueue queue = built(builder().handlers(recorder));
        try (ManualQueue jobs = ManualQueue.of(queue)) {
            jobs.assertNothingEnqueued();
            queue.enqueue(Recorder::note, new Note(1, "a"));
            queue.delay(Duration.ofDays(1)).enqueue(Recorder::note, new Note(2, "b"));
            queue.enqueue(Recorder::plain);
            jobs.assertEnqueued(Recorder::note, new Note(2, "b"));
            jobs.assertEnqueued(Recorder::plain);
            assertThat(jobs.enqueued(Recorder::note)).containsExactly(new Note(1, "a"), new Note(2, "b"));
            assertThatThrownBy(() -> jobs.assertEnqueued(Recorder::note, new Note(3, "c")))
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining("Note[id=2, text=b]");
            assertThatThrownBy(() -> jobs.assertEnqueued(Recorder::plainWithContext))
                    .isInstanceOf(AssertionError.class);
            assertThatThrownBy(jobs::assertNothingEnqueued)
                    .hasMessage("jobs that wait: [note, note, plain] (expected: none)");
            jobs.advance(Duration.ofDays(1));
            jobs.drain();
            jobs.assertNothingEnqueued();
        }
    }

    @Test
    void runsInlineWhatWasCommittedAndWhatThatEnqueues() throws Exception {
        JobQueue queue = built(builder().handlers(recorder));
        recorder.queue = queue;
        try (ManualQueue jobs = ManualQueue.inline(queue)) {
            queue.enqueue(Recorder::followUp, new Note(1, "follows"));
            assertThat(recorder.order).containsExactly("follows");
            JdbcTransactions.<Void, Exception>inTransaction(dataSource(), connection -> {
                queue.enqueue(Recorder::note, new Note(2, "after the commit"));
                assertThat(recorder.order).hasSize(1);
                return null;
            });
            assertThat(recorder.order).containsExactly("follows", "after the commit");
            jobs.assertNothingEnqueued();
        }
    }
}
