package dev.headroom.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.headroom.queue.Recorder.Note;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Who is told of a job looks for it, and for little else. */
@OnEveryBackend
class WakingTest extends JobQueueContract {
    private static final int JOBS = 200;

    private final Recorder recorder = new Recorder();
    private final Slow slow = new Slow();
    private final LockedTest.Entries entries = new LockedTest.Entries();

    @Test
    void ofAStreamOfJobsNotEachHasTheDispatcherLookForWhatIsDue() {
        CountingDataSource counting = new CountingDataSource(dataSource());
        JobQueue queue = started(JobQueue.builder(counting).handlers(recorder));
        runOne(queue, 0);
        counting.sinceLast();
        long begun = System.nanoTime();
        for (int i = 1; i <= JOBS; i++) {
            runOne(queue, i);
        }
        long millis = (System.nanoTime() - begun) / 1_000_000;
        long looks = counting.texts.stream()
                .filter(text -> text.contains("where state = 2"))
                .count();
        assertThat(looks).as("looks in %d ms", millis).isBetween(1L, millis / 20 + 5);
    }

    @Test
    void aJobThatALeaseHoldsHasNobodyLookForJobsToLock() {
        CountingDataSource counting = new CountingDataSource(dataSource());
        JobQueue queue =
                started(JobQueue.builder(counting).handlers(recorder, entries).pollInterval(Duration.ofMinutes(10)));
        for (int i = 0; i < JOBS; i++) {
            runOne(queue, i);
        }
        // By itself it looks at pauses that double.
        assertThat(RunningTest.looks(counting.onThreads("-ledger-"))).isLessThan(JOBS / 5);
    }

    @Test
    void jobsToLockAreTakenUpWhenTheyAreThereAndWhenTheyAreDue() {
        JobQueue queue = started(
                JobQueue.builder(dataSource()).handlers(recorder, entries).pollInterval(Duration.ofMinutes(10)));
        for (int i = 0; i < 5; i++) {
            queue.enqueue(LockedTest.Entries::entry, new Note(2L * i, ""));
            queue.delay(Duration.ofMillis(30)).enqueue(LockedTest.Entries::entry, new Note(2L * i + 1, ""));
            awaitNoJobs();
        }
        assertThat(entries.runs).hasSize(10);
    }

    @Test
    void aJobThatFailedAfterALongTimeIsTriedAgainWhenThatIsDue() {
        JobQueue queue =
                started(JobQueue.builder(dataSource()).handlers(recorder, slow).pollInterval(Duration.ofMinutes(10)));
        queue.enqueue(Slow::work, new Note(1, ""));
        // By then the pauses between looks are much longer than the back-off.
        await().pollDelay(Duration.ofSeconds(3)).until(() -> slow.runs.get() == 1);
        long failed = System.nanoTime();
        slow.fails.countDown();
        awaitNoJobs();
        assertThat(slow.runs).hasValue(2);
        assertThat(Duration.ofNanos(System.nanoTime() - failed)).isLessThan(Duration.ofMillis(1_500));
    }

    /** Fails once, when it is told to. */
    public static class Slow {
        final AtomicInteger runs = new AtomicInteger();
        final CountDownLatch fails = new CountDownLatch(1);

        @Job(name = "slow.once", backoff = "1ms..1ms")
        public void work(Note note) throws InterruptedException {
            if (runs.incrementAndGet() == 1) {
                fails.await();
                throw new IllegalStateException("once");
            }
        }
    }

    private void runOne(JobQueue queue, int id) {
        queue.enqueue(Recorder::note, new Note(id, ""));
        await().pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(1))
                .until(() -> recorder.runs.containsKey((long) id));
    }
}
