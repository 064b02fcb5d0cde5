package dev.headroom.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.headroom.queue.Recorder.Note;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What was claimed ahead of short jobs does not stand behind a long one. */
@OnEveryBackend
class HoardingTest extends JobQueueContract {
    private static final int SHORT = 200;

    /** One worker here, one there. */
    public static final class Work {
        final List<Long> done = new CopyOnWriteArrayList<>();
        final AtomicInteger longOnes = new AtomicInteger();
        final CountDownLatch release = new CountDownLatch(1);

        @Job(name = "hoard.short")
        public void quick(Note note) {
            done.add(note.id());
        }

        @Job(name = "hoard.long")
        public void slow(Note note) throws InterruptedException {
            longOnes.incrementAndGet();
            release.await();
        }
    }

    @Test
    void othersDoWhatStandsBehindALongJob() throws Exception {
        Work here = new Work();
        Work there = new Work();
        JobQueue hoarder = started(builder().handlers(here).workers(1));
        JobQueue other = built(builder().handlers(there).workers(1));
        hoarder.enqueueAll(Work::quick, notes());
        await().until(() -> here.done.size() == SHORT);
        awaitNoJobs();
        hoarder.priority(0).enqueue(Work::slow, new Note(0, ""));
        await().until(() -> here.longOnes.get() == 1);
        hoarder.enqueueAll(Work::quick, notes());
        other.start();
        await().atMost(Duration.ofSeconds(20)).until(() -> there.done.size() == SHORT);
        assertThat(here.done).hasSize(SHORT);
        here.release.countDown();
        awaitNoJobs();
    }

    private static List<Note> notes() {
        return IntStream.range(0, SHORT).mapToObj(i -> new Note(i, "")).toList();
    }
}
