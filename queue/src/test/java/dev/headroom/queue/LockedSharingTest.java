package dev.headroom.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.headroom.queue.Recorder.Note;
import dev.headroom.queue.internal.sql.Delegated;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;

/** How many short jobs share a transaction goes by how long they run, and not by what the transaction itself takes. */
@OnEveryBackend
class LockedSharingTest extends JobQueueContract {
    private static final int JOBS = 100;

    private final Short shortOnes = new Short();

    /** Its jobs share transactions. */
    public static final class Short {
        final Map<Long, Integer> runs = new ConcurrentHashMap<>();

        /** Does nothing but note that it ran. */
        @Job(name = "short.nothing", queue = "nothing", tx = Tx.LOCK_IN_TX)
        public void nothing(Note note) {
            runs.merge(note.id(), 1, Integer::sum);
        }
    }

    private static List<Note> notes(int count) {
        return LongStream.range(0, count).mapToObj(id -> new Note(id, "")).toList();
    }

    @Test
    void manyThatAreShortCostFewStatements() {
        CountingDataSource counted = new CountingDataSource(dataSource());
        JobQueue queue = built(JobQueue.builder(counted)
                .bookkeeping(dataSource())
                .handlers(shortOnes)
                .workers(1));
        queue.enqueueAll(Short::nothing, notes(1_000));
        counted.sinceLast();
        long began = System.nanoTime();
        queue.start();
        await().atMost(Duration.ofSeconds(60)).until(() -> count("headroom_job") == 0);
        long tens = (System.nanoTime() - began) / 10_000_000;
        assertThat(counted.texts.stream().filter(text -> text.contains("headroom_job_node")))
                .as(
                        "looks for jobs; one in each 10 ms more where the machine is slow, since jobs that take longer share no more")
                .hasSizeLessThan(300 + (int) tens);
        assertThat(shortOnes.runs).hasSize(1_000).doesNotContainValue(2);
    }

    @Test
    void aDatabaseThatTakesLongForEachCommitDoesNotKeepJobsFromSharingTransactions() {
        AtomicInteger commits = new AtomicInteger();
        JobQueue queue = built(JobQueue.builder(slow(dataSource(), commits))
                .bookkeeping(dataSource())
                .pollInterval(Duration.ofMillis(100))
                .handlers(shortOnes)
                .workers(1));
        queue.start();
        // The first of all may take a second on a cold machine, and would be taken for a sign of how long others do.
        queue.enqueue(Short::nothing, new Note(JOBS, "warm"));
        await().atMost(Duration.ofSeconds(60)).until(() -> count("headroom_job") == 0);
        commits.set(0);
        queue.enqueueAll(Short::nothing, notes(JOBS));
        await().atMost(Duration.ofSeconds(60)).until(() -> count("headroom_job") == 0);
        queue.close();
        assertThat(shortOnes.runs).hasSize(JOBS + 1);
        assertThat(commits.get()).as("commits of %d jobs", JOBS).isLessThan(JOBS / 2);
    }

    /** Its commits take as long as on a slow disk. */
    private static DataSource slow(DataSource target, AtomicInteger commits) {
        return Proxied.connections(target, (connection, method, arguments) -> {
            if (method.getName().equals("commit")) {
                commits.incrementAndGet();
                TimeUnit.MILLISECONDS.sleep(25);
            }
            return Delegated.call(connection, method, arguments);
        });
    }
}
