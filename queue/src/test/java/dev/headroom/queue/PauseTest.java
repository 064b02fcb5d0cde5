package dev.headroom.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.headroom.queue.Recorder.Note;
import dev.headroom.queue.testing.ManualQueue;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** A paused queue takes jobs in and begins none, in the whole cluster, and has lost none when it goes on. */
@OnEveryBackend
class PauseTest extends JobQueueContract {
    private static final Duration LEASE = Duration.ofMillis(900);
    private static final Duration LONG = Duration.ofSeconds(20);

    private final Recorder recorder = new Recorder();
    private final Ledger ledger = new Ledger();
    private final Limited limited = new Limited();

    /** Jobs some of which wait. */
    public static final class Ledger {
        final Map<Long, Integer> runs = new ConcurrentHashMap<>();
        final CountDownLatch began = new CountDownLatch(1);
        final CountDownLatch release = new CountDownLatch(1);

        @Job(name = "pause.entry", queue = "ledger", tx = Tx.LOCK_IN_TX, timeout = "1m")
        public void entry(Note note, JobContext job) throws SQLException, InterruptedException {
            runs.merge(note.id(), 1, Integer::sum);
            try (PreparedStatement insert =
                    job.connection().prepareStatement("insert into effect (id, note) values (?, '')")) {
                insert.setLong(1, note.id());
                insert.executeUpdate();
            }
            waitIfTold(note);
        }

        @Job(name = "pause.apart", queue = "apart")
        public void apart(Note note) throws InterruptedException {
            runs.merge(note.id(), 1, Integer::sum);
            waitIfTold(note);
        }

        private void waitIfTold(Note note) throws InterruptedException {
            if (note.text().equals("wait")) {
                began.countDown();
                release.await();
            }
        }
    }

    /** One at a time. */
    public static final class Limited {
        final Map<Long, Integer> runs = new ConcurrentHashMap<>();

        @Job(name = "pause.limited")
        @Limit(running = 1)
        public void run(Note note) {
            runs.merge(note.id(), 1, Integer::sum);
        }

        @Job(name = "pause.swept")
        @Every(fixedRate = "100ms")
        public void sweep() {}
    }

    private static List<Note> notes(int from, int count) {
        return IntStream.range(from, from + count)
                .mapToObj(i -> new Note(i, ""))
                .toList();
    }

    /** Several jobs of another queue end, one after the other: this process has looked for work again and again meanwhile. */
    private void othersGoOn(JobQueue queue) throws InterruptedException {
        for (int i = 0; i < 3; i++) {
            assertThat(queue.enqueue(Recorder::tracked, new Note(1_000, "")).await(LONG))
                    .isPresent();
        }
    }

    @Test
    void takesInEverythingBeginsNothingAndDrainsWhenItIsResumed() throws Exception {
        JobQueue queue = started(builder().handlers(recorder, limited));
        recorder.failuresLeft.set(1);
        assertThat(queue.paused()).isEmpty();
        assertThat(queue.pause("default")).isTrue();
        assertThat(queue.pause("default")).as("again").isFalse();
        assertThat(queue.paused()).containsOnlyKeys("default");
        queue.enqueueAll(Recorder::effect, notes(0, 20));
        queue.enqueueAll(Recorder::note, notes(20, 20));
        queue.enqueueAll(Limited::run, notes(40, 5));
        queue.enqueue(Recorder::flaky, new Note(50, ""));
        queue.delay(Duration.ofMillis(10)).enqueue(Recorder::note, new Note(51, ""));
        othersGoOn(queue);
        await("what is due is ready, what is due again and again is enqueued")
                .atMost(LONG)
                .untilAsserted(() -> {
                    assertThat(queue.length("default").ready()).isGreaterThan(47);
                    assertThat(queue.length("default").oldestAge()).isGreaterThan(Duration.ofMillis(500));
                });
        assertThat(queue.length("default").running()).isZero();
        assertThat(recorder.runs).as("but for those of the other queue").isEmpty();
        assertThat(limited.runs).isEmpty();
        assertThat(queue.scale(List.of()).load().length())
                .as("that more servers would begin")
                .isLessThan(3);
        assertThat(queue.resume("default")).isTrue();
        assertThat(queue.resume("default")).as("again").isFalse();
        await().atMost(LONG).untilAsserted(() -> {
            assertThat(recorder.runs).hasSize(42);
            assertThat(recorder.runs.values()).filteredOn(runs -> runs > 1).hasSize(1);
            assertThat(limited.runs.values()).hasSize(5).containsOnly(1);
            assertThat(count("headroom_job where kind <> 'pause.swept'")).isZero();
        });
        assertThat(count("effect")).isEqualTo(20);
        queue.drain(Duration.ofSeconds(5));
        execute("delete from headroom_job");
    }

    @Test
    void whatRunsGoesOnToItsEndAndNothingFollowsIt() throws Exception {
        JobQueue queue = started(builder().handlers(recorder).workers(2));
        queue.enqueue(Recorder::blocked, new Note(1, ""));
        assertThat(recorder.blockedBegan.await(20, TimeUnit.SECONDS)).isTrue();
        queue.pause("blocked");
        JobHandle next = queue.enqueue(Recorder::blocked, new Note(2, ""));
        recorder.release.countDown();
        await().atMost(LONG).until(() -> count("headroom_job") == 1);
        othersGoOn(queue);
        assertThat(next.state()).contains(JobState.READY);
        assertThat(recorder.runs).containsOnlyKeys(1L);
        queue.resume("blocked");
        awaitNoJobs();
        assertThat(recorder.runs).containsEntry(2L, 1);
    }

    @Test
    void whatWasClaimedAheadDoesNotBegin() throws Exception {
        JobQueue queue = started(builder().handlers(recorder, ledger).workers(1));
        queue.enqueueAll(Ledger::apart, notes(0, 20));
        awaitNoJobs();
        // They are short, so those behind the one that waits are claimed with it.
        queue.enqueueAll(Ledger::apart, List.of(new Note(100, "wait"), new Note(101, ""), new Note(102, "")));
        assertThat(ledger.began.await(20, TimeUnit.SECONDS)).isTrue();
        assertThat(count("headroom_job where state = 1")).isEqualTo(3);
        queue.pause("apart");
        ledger.release.countDown();
        await().atMost(LONG).until(() -> count("headroom_job where state = 0") == 2);
        othersGoOn(queue);
        assertThat(count("headroom_job where state = 0 and attempt = 0")).isEqualTo(2);
        assertThat(ledger.runs).hasSize(21);
        queue.resume("apart");
        awaitNoJobs();
        assertThat(ledger.runs)
                .hasSize(23)
                .allSatisfy((id, runs) -> assertThat(runs).isOne());
    }

    @Test
    void ofJobsThatTheirTransactionLocksNoneIsTakenUp() throws Exception {
        JobQueue queue = built(builder().handlers(recorder, ledger).workers(1));
        queue.enqueue(Ledger::entry, new Note(100, ""));
        queue.enqueue(Ledger::entry, new Note(101, "wait"));
        queue.enqueueAll(Ledger::entry, notes(0, 10));
        queue.start();
        assertThat(ledger.began.await(20, TimeUnit.SECONDS)).isTrue();
        queue.pause("ledger");
        ledger.release.countDown();
        await().atMost(LONG).until(() -> count("headroom_job") == 10);
        othersGoOn(queue);
        assertThat(ledger.runs).containsOnlyKeys(100L, 101L);
        queue.resume("ledger");
        awaitNoJobs();
        assertThat(ledger.runs)
                .hasSize(12)
                .allSatisfy((id, runs) -> assertThat(runs).isOne());
        assertThat(count("effect")).isEqualTo(12);
    }

    @Test
    void holdsInEveryProcessAndInThoseThatStartLater() throws Exception {
        JobQueue first = started(builder().handlers(recorder, ledger).lease(LEASE));
        Recorder other = new Recorder();
        Ledger otherLedger = new Ledger();
        JobQueue asked = built(builder().handlers(new Recorder(), new Ledger()));
        asked.pause("default");
        asked.pause("ledger");
        JobQueue later = started(builder().handlers(other, otherLedger).lease(LEASE));
        // The one that was at work may begin some before its next heartbeat.
        for (long id = 0; ; id++) {
            JobHandle note = asked.enqueue(Recorder::note, new Note(id, ""));
            JobHandle entry = asked.enqueue(Ledger::entry, new Note(id, ""));
            othersGoOn(later);
            othersGoOn(first);
            if (note.state().isPresent() && entry.state().isPresent()) {
                break;
            }
            assertThat(id).as("jobs that began though their queues are paused").isLessThan(200);
        }
        assertThat(first.paused()).containsOnlyKeys("default", "ledger");
        assertThat(other.runs).isEmpty();
        assertThat(otherLedger.runs).isEmpty();
        asked.enqueueAll(Recorder::note, notes(1_000, 20));
        asked.enqueueAll(Ledger::entry, notes(1_000, 20));
        asked.resume("default");
        asked.resume("ledger");
        awaitNoJobs();
        assertThat(recorder.runs.size() + other.runs.size()).isGreaterThan(20);
        assertThat(later.paused()).isEmpty();
    }

    @Test
    void beginsJobsHereWhileTheApplicationSaysSo() throws Exception {
        AtomicBoolean sends = new AtomicBoolean();
        AtomicReference<RuntimeException> failure = new AtomicReference<>();
        BooleanSupplier flag = () -> {
            RuntimeException failed = failure.get();
            if (failed != null) {
                throw failed;
            }
            return sends.get();
        };
        JobQueue queue = started(builder()
                .handlers(recorder, ledger)
                .queue("default", settings -> settings.runWhile(flag))
                .queue("ledger", settings -> settings.runWhile(flag)));
        queue.enqueue(Recorder::note, new Note(1, ""));
        queue.enqueue(Ledger::entry, new Note(1, ""));
        othersGoOn(queue);
        failure.set(new IllegalStateException("flags are away"));
        othersGoOn(queue);
        assertThat(recorder.runs).isEmpty();
        assertThat(ledger.runs).isEmpty();
        failure.set(null);
        sends.set(true);
        awaitNoJobs();
        failure.set(new IllegalStateException("flags are away"));
        queue.enqueue(Recorder::note, new Note(2, ""));
        queue.enqueue(Ledger::entry, new Note(2, ""));
        awaitNoJobs();
        assertThat(recorder.runs).containsOnlyKeys(1L, 2L);
        assertThat(ledger.runs).containsOnlyKeys(1L, 2L);
        assertThat(queue.paused()).isEmpty();
    }

    @Test
    void refusesAQueueThatIsNotThere() {
        JobQueue queue = built(builder().handlers(recorder));
        String refusal = "queue: mial (expected: one of [blocked, default, tracked])";
        assertThatThrownBy(() -> queue.pause("mial"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(refusal);
        assertThatThrownBy(() -> queue.resume("mial"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(refusal);
    }

    @Test
    void whatOthersResumedMeanwhileBeginsWhenThatIsSeen() {
        JobQueue queue = built(builder().handlers(recorder, ledger));
        JobQueue other = built(builder().handlers(recorder, ledger));
        try (ManualQueue manual = ManualQueue.inline(queue)) {
            queue.pause("default");
            queue.enqueue(Recorder::note, new Note(1, "resumed"));
            other.resume("default");
            assertThat(recorder.order).isEmpty();
            queue.pause("ledger");
            assertThat(recorder.order).containsExactly("resumed");
            manual.assertNothingEnqueued();
        }
        queue.resume("ledger");
    }

    @Test
    void holdsInTheTestKitToo() {
        JobQueue queue = built(builder().handlers(recorder));
        try (ManualQueue manual = ManualQueue.of(queue)) {
            queue.pause("default");
            queue.enqueue(Recorder::note, new Note(1, ""));
            assertThat(manual.drain()).isZero();
            queue.resume("default");
            assertThat(manual.drain()).isOne();
        }
    }
}
