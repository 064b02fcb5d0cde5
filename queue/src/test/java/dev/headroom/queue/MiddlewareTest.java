package dev.headroom.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.headroom.RequestContext;
import dev.headroom.queue.Recorder.Note;
import dev.headroom.queue.spi.JobMiddleware;
import dev.headroom.queue.testing.ManualQueue;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Code around runs and enqueues. */
@OnEveryBackend
class MiddlewareTest extends JobQueueContract {
    private final Recorder recorder = new Recorder();
    private final List<String> log = new CopyOnWriteArrayList<>();

    private final class Logging implements JobMiddleware {
        private final String name;

        Logging(String name) {
            this.name = name;
        }

        @Override
        public Object run(Run run) throws Exception {
            log.add(name + " runs " + run.context().name() + " " + run.payload());
            try {
                return run.proceed();
            } finally {
                log.add(name + " ran");
            }
        }

        @Override
        public void enqueue(Enqueue enqueue) {
            log.add(name + " enqueues " + enqueue.payloads().size() + " " + enqueue.name());
            enqueue.proceed();
        }
    }

    @Test
    void isAroundRunsAndEnqueuesTheFirstOutermost() throws Exception {
        JobQueue queue = built(builder().handlers(recorder).middleware(new Logging("outer"), new Logging("inner")));
        Note note = new Note(1, "");
        JobHandle job = queue.enqueue(Recorder::trackedEffect, note);
        queue.enqueueAll(Recorder::note, List.of(note, note));
        queue.batch(jobs -> jobs.add(Recorder::note, note));
        assertThat(log)
                .containsExactly(
                        "outer enqueues 1 tracked.effect",
                        "inner enqueues 1 tracked.effect",
                        "outer enqueues 2 note",
                        "inner enqueues 2 note",
                        "outer enqueues 1 note",
                        "inner enqueues 1 note");
        log.clear();
        try (ManualQueue jobs = ManualQueue.of(queue)) {
            jobs.runNext();
            assertThat(log)
                    .containsExactly(
                            "outer runs tracked.effect " + note,
                            "inner runs tracked.effect " + note,
                            "inner ran",
                            "outer ran");
            assertThat(job.await(Duration.ZERO).orElseThrow().value(Integer.class))
                    .contains(42);
            assertThat(jobs.drain()).isEqualTo(3);
        }
    }

    /** Runs again and again. */
    public static final class Ticking {
        @Job(name = "tick")
        @Every(fixedRate = "50ms")
        public void tick() {}
    }

    @Test
    void isAroundWhatSchedulesEnqueueToo() {
        started(builder().handlers(new Ticking()).middleware(new Logging("all")));
        await().until(() -> log.contains("all enqueues 1 tick") && log.contains("all runs tick null"));
    }

    @Test
    void aScheduleThatIsRefusedKeepsNoOtherFromItsTicks() {
        AtomicInteger refused = new AtomicInteger();
        started(builder().handlers(new Ticking(), new SchedulingTest.Sweeps()).middleware(new JobMiddleware() {
            @Override
            public void enqueue(Enqueue enqueue) {
                if (enqueue.name().equals("tick")) {
                    refused.incrementAndGet();
                    throw new IllegalStateException("refused");
                }
                log.add(enqueue.name());
                enqueue.proceed();
            }
        }));
        await().until(() -> refused.get() > 1 && log.contains("sweep.rated") && log.contains("sweep.delayed"));
    }

    @Test
    void theRowIsMadeInTheContextThatMiddlewareSets() {
        JobQueue queue = built(builder().handlers(recorder).middleware(new JobMiddleware() {
            @Override
            public void enqueue(Enqueue enqueue) {
                try (RequestContext.Scope scope =
                        RequestContext.builder().user("tenant").build().open()) {
                    log.add(String.valueOf(scope != null));
                    enqueue.proceed();
                }
            }
        }));
        Note note = new Note(1, "");
        queue.enqueue(Recorder::note, note);
        queue.enqueueAll(Recorder::note, List.of(note));
        queue.batch(jobs -> jobs.add(Recorder::note, note));
        assertThat(count("headroom_job where user_id = 'tenant'")).isEqualTo(3);
    }

    @Test
    void whatDoesNotProceedIsNotEnqueued() {
        List<String> refused = new ArrayList<>();
        JobQueue queue = built(builder().handlers(recorder).middleware(new JobMiddleware() {
            @Override
            public void enqueue(Enqueue enqueue) {
                refused.add(enqueue.name());
            }
        }));
        assertThatThrownBy(() -> queue.enqueue(Recorder::note, new Note(1, "")))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageStartingWith("middleware: dev.headroom.queue.MiddlewareTest$")
                .hasMessageEndingWith(
                        " did not proceed with an enqueue of note (expected: Enqueue.proceed() called, or an exception)");
        assertThat(refused).containsExactly("note");
        assertThat(count("headroom_job")).isZero();
    }
}
