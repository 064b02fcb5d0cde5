package dev.headroom.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.headroom.Component;
import dev.headroom.Contributions;
import dev.headroom.Headroom;
import dev.headroom.load.LoadSignal;
import dev.headroom.load.Pacer;
import dev.headroom.queue.Recorder.Note;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Workers obey load feedback by criticality, and never their own signals. */
@OnEveryBackend
class LoadTest extends JobQueueContract {
    private final Recorder recorder = new Recorder();
    private volatile double pressure;

    /** Feels what the test says. */
    private final class Sensor implements Component {
        @Override
        public String name() {
            return "sensor";
        }

        @Override
        public void contribute(Contributions to) {
            to.loadSignal(LoadSignal.of("router.lag", () -> pressure));
        }

        @Override
        public void close() {}
    }

    @Test
    void stopsTheMoreSheddableFirstDropsNothingAndGoesOnAfterwards() {
        JobQueue queue = built(builder().handlers(recorder));
        pressure = 1.1;
        try (Headroom headroom =
                Headroom.builder("test").plug(new Sensor()).plug(queue).build()) {
            assertThat(headroom.load().pressure()).isEqualTo(1.1);
            queue.enqueue(Recorder::bulk, new Note(1, "bulk"));
            queue.enqueue(Recorder::note, new Note(2, "job"));
            await().untilAsserted(() -> assertThat(recorder.order).containsExactly("job"));
            pressure = 1.5;
            await().until(() -> headroom.load().pressure() == 1.5);
            queue.enqueue(Recorder::note, new Note(3, "held back"));
            await().during(Duration.ofMillis(400)).until(() -> recorder.order.size() == 1);
            pressure = 0;
            await().untilAsserted(() -> assertThat(recorder.order).hasSize(3));
            awaitNoJobs();
        }
    }

    @Test
    void runsFewerAtOnceWhenToldToSlowDown() throws Exception {
        JobQueue queue = built(builder().handlers(recorder).queue("blocked", q -> q.workers(8)));
        pressure = 1.1; // SHEDDABLE_PLUS: (1.2 - 1.1) / (1.2 - 0.85) of 8 workers, rounded up.
        try (Headroom headroom =
                Headroom.builder("test").plug(new Sensor()).plug(queue).build()) {
            assertThat(headroom.name()).isEqualTo("test");
            queue.enqueueAll(
                    Recorder::blocked,
                    IntStream.range(0, 8).mapToObj(i -> new Note(i, "")).toList());
            await().until(() -> recorder.concurrent.get() == 3);
            await().during(Duration.ofMillis(300)).until(() -> recorder.mostConcurrent.get() == 3);
            pressure = 0;
            await().untilAsserted(() -> assertThat(recorder.concurrent).hasValue(8));
            recorder.release.countDown();
            awaitNoJobs();
        }
    }

    /** Queues that share workers. */
    public static final class Shared {
        final AtomicInteger now = new AtomicInteger();
        final AtomicInteger most = new AtomicInteger();
        final java.util.concurrent.CountDownLatch release = new java.util.concurrent.CountDownLatch(1);

        private void run() throws InterruptedException {
            most.accumulateAndGet(now.incrementAndGet(), Math::max);
            release.await();
            now.decrementAndGet();
        }

        @Job(name = "share.a", queue = "a")
        public void a(Note note) throws InterruptedException {
            run();
        }

        @Job(name = "share.b", queue = "b")
        public void b(Note note) throws InterruptedException {
            run();
        }

        @Job(name = "share.c", queue = "c")
        public void c(Note note) throws InterruptedException {
            run();
        }
    }

    @Test
    void queuesThatShareWorkersSlowDownTogether() {
        Shared shared = new Shared();
        JobQueue queue = built(builder()
                .handlers(shared)
                .sharedWorkers(9)
                .queue("a", q -> q.weight(1))
                .queue("b", q -> q.weight(1))
                .queue("c", q -> q.weight(1)));
        for (int i = 0; i < 9; i++) {
            queue.enqueue(Shared::a, new Note(i, ""));
            queue.enqueue(Shared::b, new Note(i, ""));
            queue.enqueue(Shared::c, new Note(i, ""));
        }
        pressure = 1.1; // SHEDDABLE_PLUS: (1.2 - 1.1) / (1.2 - 0.85) of 9 workers, rounded up.
        try (Headroom headroom =
                Headroom.builder("test").plug(new Sensor()).plug(queue).build()) {
            await().until(() -> headroom.load().pressure() == 1.1);
            await().until(() -> shared.now.get() == 3);
            await().during(Duration.ofMillis(300)).until(() -> shared.most.get() == 3);
            pressure = 0;
            shared.release.countDown();
            awaitNoJobs();
        }
    }

    /** Few permits, of which each is worth a job. */
    private static final class Permits implements Pacer {
        final AtomicInteger left;

        Permits(int permits) {
            left = new AtomicInteger(permits);
        }

        @Override
        public String name() {
            return "permits";
        }

        @Override
        public double rate() {
            return left.get();
        }

        @Override
        public void acquire() {
            throw new UnsupportedOperationException();
        }

        @Override
        public boolean tryAcquire() {
            return left.getAndUpdate(permits -> Math.max(0, permits - 1)) > 0;
        }

        @Override
        public boolean tryAcquire(Duration within) {
            return tryAcquire();
        }
    }

    @Test
    void whatIsPutAsideForItsLimitUsesUpNoPermit() throws Exception {
        LimitTest.Calls calls = new LimitTest.Calls();
        Permits permits = new Permits(4);
        JobQueue queue = built(builder()
                .handlers(calls, recorder)
                .queue("default", q -> q.workers(8).pacer(load -> permits)));
        for (int i = 0; i < 6; i++) {
            queue.priority(0).enqueue(LimitTest.Calls::call, new LimitTest.Call("one", i));
        }
        queue.enqueue(Recorder::note, new Note(1, "has a permit"));
        queue.enqueue(Recorder::note, new Note(2, "has a permit"));
        queue.start();
        await().untilAsserted(() -> assertThat(recorder.order).hasSize(2));
        assertThat(permits.left).hasValue(0);
        calls.release.release(100);
        permits.left.set(100);
        awaitNoJobs();
    }

    @Test
    void aBacklogOfItsOwnNeverStopsTheWorkersThatWouldRelieveIt() throws Exception {
        JobQueue queue = built(builder().handlers(recorder).targetBacklog(1).queue("blocked", q -> q.workers(0)));
        queue.enqueueAll(
                Recorder::blocked,
                IntStream.range(0, 100).mapToObj(i -> new Note(i, "")).toList());
        try (Headroom headroom = Headroom.builder("test").plug(queue).build()) {
            await().untilAsserted(() -> assertThat(headroom.load().pressures()).containsEntry("queue.backlog", 1.2));
            assertThat(headroom.load().pressure()).isEqualTo(1.2);
            queue.enqueue(Recorder::bulk, new Note(1, "bulk"));
            await().untilAsserted(() -> assertThat(recorder.order).containsExactly("bulk"));
        }
        execute("delete from headroom_job");
    }
}
