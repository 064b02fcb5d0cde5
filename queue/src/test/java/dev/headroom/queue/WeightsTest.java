package dev.headroom.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.headroom.config.ConfigurationException;
import dev.headroom.queue.Recorder.Note;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Queues that share workers have their share of them by weight. */
@OnEveryBackend
class WeightsTest extends JobQueueContract {
    private static final int JOBS = 400;

    /** Keeps the order of runs. */
    public static final class Shops {
        final List<String> order = new CopyOnWriteArrayList<>();

        /** One in four. */
        @Job(name = "weights.import", queue = "imports")
        public void imported(Note note) {
            order.add("import");
        }

        /** Three in four. */
        @Job(name = "weights.mail", queue = "mails")
        public void mailed(Note note) {
            order.add("mail");
        }

        /** Never any. */
        @Job(name = "weights.idle", queue = "idle")
        public void idle(Note note) {
            order.add("idle");
        }

        /** Locks. */
        @Job(name = "weights.locked", queue = "locked", tx = Tx.LOCK_IN_TX)
        public void locked(Note note) {}
    }

    @Test
    void eachHasItsShareOfWhatIsTakenUpAndWhatOneLeavesIsForTheOthers() {
        Shops shops = new Shops();
        JobQueue queue = built(shared().handlers(shops));
        List<Note> notes =
                IntStream.range(0, JOBS).mapToObj(i -> new Note(i, "")).toList();
        queue.enqueueAll(Shops::imported, notes);
        queue.enqueueAll(Shops::mailed, notes);
        queue.start();
        awaitNoJobs();
        assertThat(shops.order).hasSize(2 * JOBS);
        List<String> whileBothHadWork = shops.order.subList(0, JOBS);
        assertThat(whileBothHadWork.stream().filter("mail"::equals).count())
                .isBetween(JOBS * 60L / 100, JOBS * 90L / 100);
        assertThat(shops.order.subList(0, 40)).contains("import", "mail");
    }

    @Test
    void noMoreRunAtOnceThanThereAreSharedWorkersAndTheyCountOnce() throws Exception {
        Recorder recorder = new Recorder();
        JobQueue queue = started(shared().handlers(recorder, new Shops()).queue("blocked", q -> q.weight(1)));
        IntStream.range(0, 5).forEach(i -> queue.enqueue(Recorder::blocked, new Note(i, "")));
        assertThat(recorder.blockedBegan.await(10, TimeUnit.SECONDS)).isTrue();
        await().until(() -> recorder.mostConcurrent.get() == 2);
        // The queues named beside these, and default, have workers of their own.
        assertThat(number("select workers from headroom_job_node")).isEqualTo(2 + 2 + 2 + 2);
        recorder.release.countDown();
        awaitNoJobs();
        assertThat(recorder.mostConcurrent).hasValue(2);
    }

    private JobQueueBuilder shared() {
        return builder()
                .workers(2)
                .sharedWorkers(2)
                .pollInterval(Duration.ofMillis(50))
                .queue("imports", q -> q.weight(1))
                .queue("mails", q -> q.weight(3))
                .queue("idle", q -> q.weight(10));
    }

    @Test
    void refusesAWeightBesideWorkersAndWhereJobsAreLocked() {
        assertThatThrownBy(() ->
                        builder().queue("mails", q -> q.weight(2).workers(2)).build())
                .isInstanceOf(ConfigurationException.class)
                .hasMessage("weight of queue: mails (expected: a queue without workers of its own)");
        assertThatThrownBy(() -> builder()
                        .handlers(new Shops())
                        .queue("locked", q -> q.weight(2))
                        .build())
                .isInstanceOf(ConfigurationException.class)
                .hasMessage("weight of queue: locked (expected: a queue without kinds that have LOCK_IN_TX)");
    }
}
