package dev.headroom.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.headroom.queue.Recorder.Note;
import dev.headroom.queue.testing.ManualQueue;
import dev.headroom.transaction.JdbcTransactions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/** The test kit runs jobs when it is told to and at no other time. */
@OnEveryBackend
class ManualQueueTest extends JobQueueContract {
    private final Recorder recorder = new Recorder();

    @Test
    void runsOnTheCallersThreadInOrderWhenTold() {
        JobQueue queue = built(builder().handlers(recorder));
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

    /** What runs again and again, and what may begin only so often. */
    public static class Clockwork {
        final List<String> order = new CopyOnWriteArrayList<>();

        @Job(name = "hourly")
        @Every(fixedRate = "1h")
        public void hourly() {
            order.add("hourly");
        }

        @Job(name = "after")
        @Every(fixedDelay = "1h")
        public void after() {
            order.add("after");
        }

        @Job(name = "midnight")
        @Every(cron = "0 0 * * *", misfire = Misfire.SKIP)
        public void midnight() {
            order.add("midnight");
        }

        @Job(name = "rare")
        @Limit(rate = "1/1h")
        public void rare(Note note) {
            order.add("rare");
        }
    }

    @Test
    void schedulesTickWhenTold() {
        Clockwork clockwork = new Clockwork();
        JobQueue queue = built(builder().handlers(clockwork));
        try (ManualQueue jobs = ManualQueue.of(queue)) {
            jobs.advance(Duration.ZERO);
            jobs.assertNothingEnqueued();
            jobs.advance(Duration.ofMinutes(59));
            assertThat(clockwork.order).isEmpty();
            jobs.advance(Duration.ofHours(47).plusMinutes(1));
            jobs.assertEnqueued(Clockwork::hourly);
            jobs.drain();
            assertThat(clockwork.order).filteredOn("hourly"::equals).hasSize(48);
            assertThat(clockwork.order).filteredOn("midnight"::equals).hasSizeBetween(2, 3);
            assertThat(clockwork.order).filteredOn("after"::equals).hasSize(1);
            jobs.advance(Duration.ofHours(1));
            jobs.drain();
            assertThat(clockwork.order).filteredOn("after"::equals).hasSize(2);
            jobs.advance(Duration.ofDays(30).minusHours(1));
            jobs.drain();
            assertThat(clockwork.order).filteredOn("midnight"::equals).hasSizeBetween(32, 33);
            assertThatThrownBy(() -> jobs.advance(Duration.ofSeconds(-1))).hasMessageStartingWith("time: PT-1S");
        }
    }

    @Test
    void ratesHaveTheirTurnsWhenTold() {
        Clockwork clockwork = new Clockwork();
        JobQueue queue = built(builder().handlers(clockwork));
        try (ManualQueue jobs = ManualQueue.of(queue)) {
            queue.enqueueAll(Clockwork::rare, List.of(new Note(1, ""), new Note(2, ""), new Note(3, "")));
            jobs.drain();
            assertThat(clockwork.order).containsExactly("rare");
            jobs.advance(Duration.ofMinutes(30));
            jobs.drain();
            assertThat(clockwork.order).filteredOn("rare"::equals).hasSize(1);
            jobs.advance(Duration.ofMinutes(30));
            jobs.drain();
            assertThat(clockwork.order).filteredOn("rare"::equals).hasSize(2);
            jobs.advance(Duration.ofHours(1));
            jobs.drain();
            assertThat(clockwork.order).filteredOn("rare"::equals).hasSize(3);
        }
    }

    @Test
    void goesOnWhenOthersHaveTakenItForDead() {
        started(builder().lease(Duration.ofSeconds(1)).workers(0).queue("default", q -> q.workers(0)));
        JobQueue queue = built(builder().handlers(recorder).lease(Duration.ofSeconds(1)));
        try (ManualQueue jobs = ManualQueue.of(queue)) {
            await().atMost(Duration.ofSeconds(30)).until(() -> count("headroom_job_node where name = 'manual'") == 0);
            queue.enqueue(Recorder::note, new Note(1, "once"));
            assertThat(jobs.drain()).isOne();
            assertThat(count("headroom_job")).isZero();
            assertThat(recorder.order).containsExactly("once");
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

    /** Enqueues from within, in a transaction of its own. */
    public static class Nesting {
        final List<String> order = new CopyOnWriteArrayList<>();
        volatile JobQueue queue;

        @Job(name = "outer")
        public void outer() {
            order.add("outer begins");
            queue.enqueue(Nesting::inner);
            order.add("outer ends");
        }

        @Job(name = "inner")
        public void inner() {
            order.add("inner");
        }
    }

    @Test
    void runsOneJobAndNoneOfThoseThatItEnqueuesInlineToo() {
        Nesting nesting = new Nesting();
        JobQueue queue = built(builder().handlers(nesting));
        nesting.queue = queue;
        try (ManualQueue jobs = ManualQueue.inline(queue)) {
            queue.delay(Duration.ofDays(1)).enqueue(Nesting::outer);
            jobs.advance(Duration.ofDays(1));
            assertThat(jobs.runNext()).isTrue();
            assertThat(nesting.order).containsExactly("outer begins", "outer ends");
            assertThat(jobs.runNext()).isTrue();
            assertThat(nesting.order).containsExactly("outer begins", "outer ends", "inner");
            assertThat(jobs.runNext()).isFalse();
        }
    }

    @Test
    void aRequeueWakesIfThereIsAnythingToRequeue() {
        JobQueue queue = built(builder().handlers(recorder));
        JobQueue other = built(builder().handlers(recorder));
        try (ManualQueue jobs = ManualQueue.inline(queue)) {
            queue.enqueue(Recorder::refused, new Note(1, ""));
            other.enqueue(Recorder::note, new Note(2, "unseen"));
            assertThat(queue.dead().requeue(Long.MAX_VALUE)).isFalse();
            assertThat(queue.dead().requeueAll("note", 10)).isZero();
            jobs.assertEnqueued(Recorder::note, new Note(2, "unseen"));
            assertThat(queue.dead().requeueAll("refused", 10)).isOne();
            jobs.assertNothingEnqueued();
        }
        assertThat(queue.dead().newest(9)).hasSize(1);
    }

    @Test
    void runsInlineWhatWasCommittedAndWhatThatEnqueues() throws Exception {
        JobQueue queue = built(builder().handlers(recorder));
        try (ManualQueue jobs = ManualQueue.inline(queue)) {
            queue.enqueue(Recorder::followUp, new Note(1, "follows"));
            assertThat(recorder.order).containsExactly("follows");
            JdbcTransactions.<Void, Exception>inTransaction(dataSource(), connection -> {
                queue.enqueue(Recorder::note, new Note(2, "after the commit"));
                jobs.assertEnqueued(Recorder::note, new Note(2, "after the commit"));
                assertThat(recorder.order).hasSize(1);
                return null;
            });
            assertThat(recorder.order).containsExactly("follows", "after the commit");
            jobs.assertNothingEnqueued();
        }
    }
}
