package dev.headroom.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.headroom.queue.Recorder.Note;
import dev.headroom.queue.batch.BatchStep;
import dev.headroom.queue.spi.RemoteWakeUp;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Other processes are told of work: after commits, together, and never again and again in vain. */
@OnEveryBackend
class RemoteWakeUpTest extends JobQueueContract {
    private final Recorder recorder = new Recorder();
    private final Line line = new Line();

    /** Leads from whoever tells to whoever listens, in this process. */
    private static final class Line implements RemoteWakeUp {
        final List<Runnable> listeners = new CopyOnWriteArrayList<>();
        final AtomicInteger told = new AtomicInteger();
        final AtomicInteger failuresLeft = new AtomicInteger();

        @Override
        public void tell() {
            told.incrementAndGet();
            if (failuresLeft.getAndDecrement() > 0) {
                throw new IllegalStateException("cut");
            }
            listeners.forEach(Runnable::run);
        }

        @Override
        public void listen(Runnable heard) throws InterruptedException {
            listeners.add(heard);
            try {
                new CountDownLatch(1).await();
            } finally {
                listeners.remove(heard);
            }
        }
    }

    @Test
    void anIdleProcessTakesUpWhatAnotherHasCommitted() throws Exception {
        JobQueue idle = started(builder()
                .handlers(recorder)
                .pollInterval(Duration.ofMinutes(10))
                .wakeOthers(line));
        JobQueue other = built(builder().handlers(new Recorder()).wakeOthers(line));
        await().until(() -> line.listeners.size() == 1);
        other.enqueue(Recorder::note, new Note(1, "told"));
        awaitNoJobs();
        try (Connection connection = dataSource().getConnection()) {
            connection.setAutoCommit(false);
            other.in(connection).enqueue(Recorder::note, new Note(2, "rolled back"));
            connection.rollback();
            other.in(connection).enqueue(Recorder::note, new Note(3, "by hand"));
            connection.commit();
            connection.setAutoCommit(true);
        }
        other.wake();
        awaitNoJobs();
        assertThat(recorder.order).containsExactly("told", "by hand");
        idle.close();
        assertThat(line.listeners).isEmpty();
    }

    @Test
    void tellsOfManyCommitsTogetherAndGoesOnAfterAFailure() {
        JobQueue queue = built(builder().handlers(recorder).wakeOthers(line));
        line.failuresLeft.set(1);
        for (int i = 0; i < 300; i++) {
            queue.enqueue(Recorder::note, new Note(i, ""));
        }
        queue.close();
        assertThat(line.told.get()).as("told of 300 commits").isBetween(2, 150);
        assertThat(line.listeners).isEmpty();
    }

    @Test
    void tellsOfWhatIsRequeuedAndOfWhatCancellationsAndDeathsRelease() throws Exception {
        JobQueue queue = built(builder().handlers(recorder));
        JobHandle refused = queue.enqueue(Recorder::refused, new Note(1, ""));
        List<BatchStep> steps = new ArrayList<>();
        queue.batch(jobs -> {
            steps.add(jobs.add(Recorder::refused, new Note(2, "")));
            steps.add(jobs.add(Recorder::note, new Note(3, "")));
            jobs.add(Recorder::note, new Note(4, "")).afterEnd(steps.get(0));
            jobs.add(Recorder::note, new Note(5, "")).afterEnd(steps.get(1));
        });
        JobQueue other = built(builder().wakeOthers(line));
        assertThat(other.job(steps.get(1).job().id()).orElseThrow().cancel()).isTrue();
        await().until(() -> line.told.get() == 1);
        JobQueue worker = built(builder().handlers(recorder).wakeOthers(line));
        worker.start();
        await().until(() -> line.told.get() >= 2);
        awaitNoJobs();
        worker.close();
        int before = line.told.get();
        assertThat(other.dead().requeue(refused.id())).isTrue();
        await().until(() -> line.told.get() == before + 1);
        execute("delete from headroom_job");
    }
}
