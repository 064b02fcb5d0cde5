package dev.headroom.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.headroom.Component;
import dev.headroom.Contributions;
import dev.headroom.Headroom;
import dev.headroom.RequestContext;
import dev.headroom.consistency.Consistency;
import dev.headroom.consistency.ConsistencyToken;
import dev.headroom.debug.DebugLog;
import dev.headroom.queue.Recorder.Note;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What the queue gives to other components and takes from them. */
@OnEveryBackend
class PluggedTest extends JobQueueContract {
    private final Recorder recorder = new Recorder();

    /** Knows positions as a router would. */
    static final class Positions implements Component, Consistency {
        @Override
        public String name() {
            return "positions";
        }

        @Override
        public void contribute(Contributions to) {
            to.consistency(this);
        }

        @Override
        public ConsistencyToken current() {
            return RequestContext.current().consistency();
        }

        @Override
        public ConsistencyToken capture(Connection connection) {
            return new ConsistencyToken("position-42");
        }

        @Override
        public ConsistencyToken newest() {
            return new ConsistencyToken("newest");
        }

        @Override
        public ConsistencyToken combine(ConsistencyToken a, ConsistencyToken b) {
            return b;
        }

        @Override
        public <T> T within(ConsistencyToken token, Callable<T> call) throws Exception {
            return call.call();
        }

        @Override
        public void close() {}
    }

    /** Keeps lines. */
    private static final class Lines implements DebugLog {
        final List<String> lines = new ArrayList<>();

        @Override
        public boolean enabled() {
            return true;
        }

        @Override
        public void add(String area, String text, long nanos, @Nullable Throwable failure) {
            lines.add(area + ": " + text);
        }
    }

    @Test
    void readsOfAJobReachThePositionCapturedAtItsClaim() {
        JobQueue queue = built(builder().handlers(recorder));
        try (Headroom headroom =
                Headroom.builder("test").plug(new Positions()).plug(queue).build()) {
            assertThat(headroom.contracts().background()).isSameAs(queue);
            queue.enqueue(Recorder::note, new Note(1, "reads"));
            awaitNoJobs();
            assertThat(recorder.seen).extracting(Recorder.Seen::token).containsExactly("position-42");
        }
    }

    @Test
    void backgroundWorkIsJobsOfTheGivenName() {
        List<String> copied = new CopyOnWriteArrayList<>();
        JobQueue queue = started(builder());
        queue.handle("storage.copy", Note.class, note -> copied.add(note.text()));
        queue.submit("storage.copy", new Note(1, "a"));
        queue.bulk("storage.copy", List.of(new Note(2, "b"), new Note(3, "c")));
        awaitNoJobs();
        assertThat(copied).containsExactlyInAnyOrder("a", "b", "c");
        assertThatThrownBy(() -> queue.handle("storage.copy", Note.class, note -> {}))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("name: storage.copy (expected: a name that has no handler)");
        assertThatThrownBy(() -> queue.submit("unheard-of", "x")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void enqueuingIsSeenInTheRequestsDebugLogWithoutThePayload() throws Exception {
        JobQueue queue = started(builder().handlers(recorder));
        Lines lines = new Lines();
        RequestContext.builder().debug(lines).build().call(() -> queue.enqueue(Recorder::note, new Note(1, "secret")));
        assertThat(lines.lines).containsExactly("queue: enqueue 1 note into default");
        awaitNoJobs();
    }

    @Test
    void lengthsCountWhatWaitsWhatRunsAndWhatDied() {
        JobQueue queue = built(builder().handlers(recorder));
        queue.enqueue(Recorder::note, new Note(1, ""));
        queue.delay(java.time.Duration.ofHours(1)).enqueue(Recorder::note, new Note(2, ""));
        queue.enqueue(Recorder::blocked, new Note(3, ""));
        await().untilAsserted(() -> {
            assertThat(queue.length("default").ready()).isOne();
            assertThat(queue.length("default").scheduled()).isOne();
            assertThat(queue.length("blocked").waiting()).isOne();
            assertThat(queue.length().waiting()).isEqualTo(3);
            assertThat(queue.length().oldestAge()).isPositive();
        });
        assertThatThrownBy(() -> queue.length("unheard-of"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("queue: unheard-of (expected: one of [blocked, default, tracked])");
    }
}
