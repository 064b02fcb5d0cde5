package dev.headroom.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.headroom.RequestContext;
import dev.headroom.TraceId;
import dev.headroom.codec.CodecException;
import dev.headroom.load.Criticality;
import dev.headroom.queue.Recorder.Note;
import dev.headroom.queue.Recorder.Seen;
import dev.headroom.queue.testing.ManualQueue;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadFactory;
import org.junit.jupiter.api.Test;

/** Jobs are run in their context, tried again, given up, and completed together with their effects. */
@OnEveryBackend
class RunningTest extends JobQueueContract {
    private final Recorder recorder = new Recorder();

    @Test
    void traceAndUserTravelAndTheDeadlineDoesNot() {
        JobQueue queue = started(builder().handlers(recorder));
        TraceId trace = TraceId.random();
        RequestContext request = RequestContext.builder()
                .traceId(trace)
                .user("anna")
                .deadline(Duration.ofNanos(1))
                .build();
        try (RequestContext.Scope scope = request.open()) {
            assertThat(scope).isNotNull();
            queue.enqueue(Recorder::note, new Note(1, "traced"));
        }
        awaitNoJobs();
        assertThat(recorder.seen)
                .containsExactly(new Seen(
                        1, "traced", trace.value(), trace.value(), "anna", "anna", Criticality.SHEDDABLE_PLUS, ""));
    }

    @Test
    void triesAgainUntilItSucceeds() {
        JobQueue queue = started(builder().handlers(recorder));
        recorder.failuresLeft.set(3);
        queue.enqueue(Recorder::flaky, new Note(1, ""));
        awaitNoJobs();
        assertThat(recorder.runs).containsEntry(1L, 4);
        assertThat(queue.dead().newest(10)).isEmpty();
    }

    @Test
    void becomesADeadLetterAfterItsLastAttemptAndRunsAgainWhenRequeued() {
        JobQueue queue = started(builder().handlers(recorder));
        recorder.failuresLeft.set(4);
        JobHandle job = queue.enqueue(Recorder::flaky, new Note(1, ""));
        await().untilAsserted(() -> assertThat(job.state()).contains(JobState.DEAD));
        DeadJob dead = queue.dead().newest(10).get(0);
        assertThat(dead.id()).isEqualTo(job.id());
        assertThat(dead.name()).isEqualTo("flaky");
        assertThat(dead.queue()).isEqualTo("default");
        assertThat(dead.attempts()).isEqualTo(4);
        assertThat(dead.reason()).isEqualTo(DeadJob.Reason.EXHAUSTED);
        assertThat(dead.error()).startsWith("java.lang.IllegalStateException: flaky attempt 4 of 4");
        assertThat(queue.dead().requeue(job.id())).isTrue();
        await().until(() -> job.state().isEmpty());
        assertThat(recorder.runs).containsEntry(1L, 5);
        assertThat(queue.dead().requeue(job.id())).isFalse();
    }

    @Test
    void runsOnThreadsOfTheApplicationsOwnSuchAsVirtualOnes() {
        List<Thread> made = new CopyOnWriteArrayList<>();
        ThreadFactory threads = virtualThreads();
        JobQueue queue = started(builder().handlers(recorder).workerThreads(work -> {
            Thread thread = threads.newThread(work);
            made.add(thread);
            return thread;
        }));
        JobHandle job = queue.enqueue(Recorder::blocked, new Note(1, ""));
        await().until(() -> recorder.runs.containsKey(1L));
        job.cancel();
        queue.enqueue(Recorder::effect, new Note(2, ""));
        awaitNoJobs();
        assertThat(made).isNotEmpty();
        assertThat(count("effect")).isOne();
    }

    @Test
    void looksForWorkLessAndLessOftenWhileThereIsNone() {
        CountingDataSource counting = new CountingDataSource(dataSource());
        JobQueue queue = built(
                JobQueue.builder(counting).handlers(new SturdyTest.Strange()).pollInterval(Duration.ofMinutes(10)));
        counting.sinceLast();
        long begun = System.nanoTime();
        queue.start();
        await().until(() -> looks(counting.texts) >= 7);
        // After 20 ms, 40 ms and so on at the earliest; it may be told to look up to three times as it comes up.
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isGreaterThan(Duration.ofMillis(20 + 40 + 70));
    }

    /** Every claim begins with a look whether its process lives. */
    static long looks(List<String> statements) {
        return statements.stream()
                .filter(text -> text.contains("headroom_job_node n where n.id = ?")
                        || text.startsWith("select 1 from headroom_job_node"))
                .count();
    }

    /** Before Java 21 there are none. */
    private static ThreadFactory virtualThreads() {
        try {
            Object builder = Thread.class.getMethod("ofVirtual").invoke(null);
            Object factory = Class.forName("java.lang.Thread$Builder")
                    .getMethod("factory")
                    .invoke(builder);
            return (ThreadFactory) factory;
        } catch (ReflectiveOperationException none) {
            return Thread::new;
        }
    }

    @Test
    void deadLettersAreForgottenAfterTheirTime() throws Exception {
        JobQueue queue = built(builder().handlers(recorder).keepDead(Duration.ofDays(1)));
        try (ManualQueue jobs = ManualQueue.of(queue)) {
            queue.enqueueAll(Recorder::refused, List.of(new Note(1, ""), new Note(2, "")));
            jobs.drain();
        }
        execute("update headroom_job_dead set died_at = died_at - interval '2' day"
                + " where id = (select id from (select min(id) as id from headroom_job_dead) as oldest)");
        queue.start();
        await().atMost(Duration.ofSeconds(30)).until(() -> count("headroom_job_dead") == 1);
    }

    @Test
    void givesUpAtOnceOnWhatItsKindSaysAndKeepsAnyErrorText() {
        JobQueue queue = started(builder().handlers(recorder));
        JobHandle first = queue.enqueue(Recorder::refused, new Note(1, ""));
        JobHandle second = queue.enqueue(Recorder::refused, new Note(2, ""));
        await().until(() -> queue.dead().newest(10).size() == 2);
        assertThat(queue.dead().newest(10))
                .allSatisfy(dead -> assertThat(dead.attempts()).isOne())
                .allSatisfy(dead -> assertThat(dead.error()).contains("never again"))
                .extracting(DeadJob::reason)
                .containsOnly(DeadJob.Reason.GAVE_UP);
        assertThat(queue.dead().delete(first.id())).isTrue();
        assertThat(queue.dead().delete(first.id())).isFalse();
        assertThat(queue.dead().requeueAll("refused", 10)).isOne();
        await().until(() -> queue.dead().newest(10).size() == 1);
        assertThat(second.state()).contains(JobState.DEAD);
    }

    @Test
    void interruptsARunThatTakesTooLong() {
        JobQueue queue = started(builder().handlers(recorder));
        JobHandle job = queue.enqueue(Recorder::slow, new Note(1, ""));
        await().untilAsserted(() -> assertThat(job.state()).contains(JobState.DEAD));
        assertThat(queue.dead().newest(1).get(0).error()).startsWith("timed out after PT0.1S");
    }

    @Test
    void effectsAndCompletionAreOneTransaction() {
        JobQueue queue = started(builder().handlers(recorder));
        recorder.failuresLeft.set(2);
        queue.enqueue(Recorder::effect, new Note(1, "thumb"));
        awaitNoJobs();
        assertThat(recorder.runs).containsEntry(1L, 3);
        assertThat(count("effect")).isOne();
    }

    @Test
    void whatAHandlerEnqueuesBelongsToItsTransaction() {
        JobQueue queue = started(builder().handlers(recorder));
        queue.enqueue(Recorder::followUp, new Note(1, "fail"));
        queue.enqueue(Recorder::followUp, new Note(2, "fail"));
        queue.enqueue(Recorder::followUp, new Note(3, "third"));
        queue.enqueue(Recorder::followUp, new Note(4, "fourth"));
        awaitNoJobs();
        assertThat(recorder.order).containsExactlyInAnyOrder("third", "fourth");
        assertThat(queue.dead().newest(10)).hasSize(2);
    }

    @Test
    void whatAHandlerWithoutATransactionEnqueuesStandsThoughItFails() {
        JobQueue queue = started(builder().handlers(recorder));
        queue.enqueue(Recorder::followUpApart, new Note(1, "stands"));
        awaitNoJobs();
        assertThat(recorder.order).containsExactly("stands");
        assertThat(queue.dead().newest(10)).extracting(DeadJob::name).containsExactly("follow.up.apart");
    }

    @Test
    void aHandlerCannotEndTheTransactionThatItWasLent() throws Exception {
        started(builder().handlers(recorder)).enqueue(Recorder::meddling, new Note(1, "meddled"));
        awaitNoJobs();
        assertThat(recorder.order)
                .containsExactly(
                        "commit",
                        "rollback",
                        "setAutoCommit",
                        "commit",
                        "rollback",
                        "unwrap",
                        "setReadOnly",
                        "isClosed false");
        assertThat(count("effect")).isOne();
    }

    @Test
    void putsAsideWhatHasNoHandlerHereWithoutCountingTheAttempt() {
        started(builder().handlers(new SturdyTest.Strange()).parking(Duration.ofMillis(100)))
                .enqueue(Recorder::note, new Note(1, "new version"));
        await().until(() -> count("headroom_job where state = 2 and attempt = 0") == 1);
        started(builder().handlers(recorder));
        awaitNoJobs();
        assertThat(recorder.order).containsExactly("new version");
    }

    /** Leaves open what it takes. */
    public static class Indexing<T> {
        final List<Object> seen = new CopyOnWriteArrayList<>();

        @Job(name = "index")
        public void index(T document) {
            seen.add(document);
        }
    }

    /** Says it. */
    public static final class NoteIndexing extends Indexing<Note> {}

    @Test
    void readsWhatAHandlersClassSaysThatAnInheritedMethodTakes() {
        NoteIndexing indexing = new NoteIndexing();
        JobQueue queue = built(builder().handlers(indexing));
        queue.enqueue(NoteIndexing::index, new Note(1, "typed"));
        assertThatThrownBy(() -> queue.enqueue("index", "text")).isInstanceOf(IllegalArgumentException.class);
        try (ManualQueue jobs = ManualQueue.of(queue)) {
            jobs.drain();
        }
        assertThat(indexing.seen).containsExactly(new Note(1, "typed"));
    }

    @Test
    void saysThatNoHandlerIsHere() {
        JobQueue queue = built(builder());
        JobHandle job = queue.enqueue(Recorder::note, new Note(1, "secret"));
        try (Warnings warnings = new Warnings("JobRunner");
                ManualQueue jobs = ManualQueue.of(queue)) {
            jobs.runNext();
            assertThat(warnings.messages())
                    .containsExactly(
                            "queue: job " + job.id() + " of note, version 1, is put aside for PT30S: no handler"
                                    + " here knows it (expected: here, or in another process; 0 messages kept back)");
        }
        assertThat(job.state()).contains(JobState.SCHEDULED);
        job.cancel();
    }

    @Test
    void saysThatAQueueHasWorkersAndNoHandler() {
        try (Warnings warnings = new Warnings("DefaultJobQueue")) {
            started(builder()
                    .handlers(recorder)
                    .queue("default", queue -> queue.workers(1))
                    .queue("others", queue -> queue.workers(0))
                    .queue("defualt", queue -> queue.workers(50)));
            assertThat(warnings.messages())
                    .containsExactly(
                            "queue: queue defualt has workers here and no handler (expected: one of [blocked, default, tracked], or 0 workers)");
        }
    }

    @Test
    void aPayloadThatCannotBeReadIsADeadLetterAtOnce() throws SQLException {
        JobQueue queue = built(builder().handlers(recorder));
        queue.enqueue(Recorder::note, new Note(1, "secret"));
        execute("update headroom_job set payload = '{\"id\":\"secret\"}'");
        queue.start();
        await().until(() -> queue.dead().newest(10).size() == 1);
        DeadJob dead = queue.dead().newest(1).get(0);
        assertThat(dead.reason()).isEqualTo(DeadJob.Reason.UNREADABLE);
        assertThat(dead.error())
                .contains("payload of note: can't be read as", "(InvalidFormatException at id)")
                .doesNotContain("secret");
    }

    /** What it holds is nobody's to see. */
    public static final class Closed {
        private final int held;

        public Closed(int held) {
            this.held = held;
        }

        @Override
        public String toString() {
            return "Closed[" + held + "]";
        }
    }

    public record Around(Closed closed) {}

    public record Nothing() {}

    /** Takes what has no JSON, and what has but nothing to say. */
    public static final class Takers {
        final List<Object> seen = new CopyOnWriteArrayList<>();

        @Job(name = "closed")
        public void closed(Closed closed) {
            seen.add(closed);
        }

        @Job(name = "around")
        public void around(Around around) {
            seen.add(around);
        }

        @Job(name = "nothing")
        public void nothing(Nothing nothing) {
            seen.add(nothing);
        }
    }

    @Test
    void aPayloadThatItsJsonWouldNotHoldIsRefused() {
        Takers takers = new Takers();
        JobQueue queue = built(builder().handlers(takers));
        assertThatThrownBy(() -> queue.enqueue(Takers::closed, new Closed(1)))
                .isInstanceOf(CodecException.class)
                .hasMessageStartingWith("payload of closed: a " + Closed.class.getName() + " has no JSON: ")
                .hasMessageEndingWith(
                        "(expected: a record, list, map, text or number, or a class whose properties are public)");
        assertThatThrownBy(() -> queue.enqueue(Takers::around, new Around(new Closed(1))))
                .isInstanceOf(CodecException.class)
                .hasMessageStartingWith("payload of around: ");
        assertThat(count("headroom_job")).isZero();
        queue.enqueue(Takers::nothing, new Nothing());
        try (ManualQueue jobs = ManualQueue.of(queue)) {
            jobs.drain();
        }
        assertThat(takers.seen).containsExactly(new Nothing());
    }

    @Test
    void keepsPayloadsReadableInTheDatabase() throws SQLException {
        built(builder()).enqueue(Recorder::note, new Note(7, "grün"));
        assertThat(count("headroom_job where payload = '{\"id\":7,\"text\":\"grün\"}'"))
                .isOne();
        execute("delete from headroom_job");
    }

    /** Keeps its keys. */
    public static final class Keys {
        final List<String> seen = new CopyOnWriteArrayList<>();

        /** Fails. */
        @Job(name = "keys", attempts = 10)
        public void keys(JobContext job) {
            seen.add(job.idempotencyKey());
            throw new IllegalStateException("again");
        }
    }

    @Test
    void aKeyIsThatOfEveryRunOfAJobAndOfNoneThatHasItsNumberAgain() throws SQLException {
        Keys keys = new Keys();
        JobQueue queue = built(builder().handlers(keys));
        try (ManualQueue jobs = ManualQueue.of(queue)) {
            JobHandle job = queue.enqueue(Keys::keys);
            for (int run = 0; run < 3; run++) {
                assertThat(jobs.drain()).isOne();
                jobs.advance(Duration.ofHours(2));
                if (run == 1) {
                    // As another job would have been that got the number of one that a failover lost.
                    execute("update headroom_job set created_at = created_at + interval '1' second");
                }
            }
            assertThat(keys.seen).allMatch(key -> key.startsWith("keys:" + job.id() + ":"));
            assertThat(keys.seen.get(1)).isEqualTo(keys.seen.get(0)).isNotEqualTo(keys.seen.get(2));
        }
        execute("delete from headroom_job");
    }
}
