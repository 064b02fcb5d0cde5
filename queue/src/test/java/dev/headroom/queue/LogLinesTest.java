package dev.headroom.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import dev.headroom.Headroom;
import dev.headroom.RequestContext;
import dev.headroom.TraceId;
import dev.headroom.queue.LoggedLines.Line;
import dev.headroom.queue.Recorder.Note;
import java.io.IOException;
import java.sql.SQLException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Log lines tell by trace and user whose job they are about: those of handlers, and those of the queue on runs that failed. */
@OnEveryBackend
class LogLinesTest extends JobQueueContract {
    private static final Logger log = LoggerFactory.getLogger(LogLinesTest.class);

    private final Talkers talkers = new Talkers();
    private final TraceId trace = TraceId.random();

    /** What it is read by is not there, from when it is told so. */
    @JsonDeserialize(using = Incomplete.Reader.class)
    public record Incomplete(String text) {
        private static volatile boolean missing;

        static final class Reader extends JsonDeserializer<Incomplete> {
            @Override
            public Incomplete deserialize(JsonParser parser, DeserializationContext context) throws IOException {
                if (missing) {
                    throw new NoClassDefFoundError("told to");
                }
                parser.skipChildren();
                return new Incomplete("");
            }
        }
    }

    /** Log and, if told to, fail; one for each way to be one with one's effects. */
    public static class Talkers {
        final Map<String, String> tokens = new ConcurrentHashMap<>();

        @Job(name = "talk", attempts = 2, backoff = "1ms..5ms")
        public void plainly(Note note) {
            talk("talk", note);
        }

        @Job(name = "talk.complete", tx = Tx.COMPLETE_IN_TX, attempts = 2, backoff = "1ms..5ms")
        public void completing(Note note, JobContext job) throws SQLException {
            job.connection().createStatement().execute("insert into effect (id, note) values (1, 'complete')");
            talk("talk.complete", note);
        }

        @Job(name = "talk.lock", queue = "locked", tx = Tx.LOCK_IN_TX, attempts = 2, backoff = "1ms..5ms")
        public void locking(Note note, JobContext job) throws SQLException {
            job.connection().createStatement().execute("insert into effect (id, note) values (1, 'lock')");
            talk("talk.lock", note);
        }

        @Job(name = "talk.incomplete", attempts = 1)
        public void incomplete(Incomplete incomplete) {}

        private void talk(String kind, Note note) {
            tokens.put(kind, RequestContext.current().consistency().value());
            log.info("{} runs", kind);
            if (note.text().equals("fails")) {
                throw new IllegalStateException("told to");
            }
        }
    }

    private RequestContext.Scope annas() {
        return RequestContext.builder().traceId(trace).user("anna").build().open();
    }

    private Line line(String text) {
        return new Line(text, trace.value(), "anna");
    }

    private void enqueueOneOfEach(JobQueue queue, String text) {
        try (RequestContext.Scope scope = annas()) {
            assertThat(scope).isNotNull();
            queue.enqueue(Talkers::plainly, new Note(1, text));
            queue.enqueue(Talkers::completing, new Note(2, text));
            queue.enqueue(Talkers::locking, new Note(3, text));
        }
    }

    @Test
    void ofHandlersHaveThemInEveryKindOfTransactionAndSoIsThePositionThatTheyReadAt() {
        JobQueue queue = built(builder().handlers(talkers));
        try (LoggedLines lines = new LoggedLines(LogLinesTest.class.getName());
                Headroom headroom = Headroom.builder("test")
                        .plug(new PluggedTest.Positions())
                        .plug(queue)
                        .build()) {
            assertThat(headroom.name()).isEqualTo("test");
            enqueueOneOfEach(queue, "");
            awaitNoJobs();
            assertThat(lines.lines())
                    .containsExactlyInAnyOrder(line("talk runs"), line("talk.complete runs"), line("talk.lock runs"));
            assertThat(talkers.tokens)
                    .isEqualTo(
                            Map.of("talk", "position-42", "talk.complete", "position-42", "talk.lock", "position-42"));
        }
    }

    @Test
    void ofTheQueueHaveThemWhereARunHasFailed() {
        JobQueue queue = built(builder().handlers(talkers));
        try (LoggedLines lines = LoggedLines.of("FailedRuns")) {
            enqueueOneOfEach(queue, "fails");
            queue.start();
            await().until(() -> queue.dead().newest(10).size() == 3);
            assertThat(lines.lines())
                    .as("each failed, and became a dead letter")
                    .hasSize(6)
                    .allSatisfy(each -> assertThat(each).isEqualTo(line(each.text())));
        }
    }

    @Test
    void ofTheQueueHaveThemWhereAPayloadCanNotBeRead() throws SQLException {
        JobQueue queue = built(builder().handlers(talkers));
        try (LoggedLines lines = LoggedLines.of("JobRunner")) {
            enqueueOneOfEach(queue, "");
            execute("update headroom_job set payload = '{\"id\":\"none\"}'");
            queue.start();
            await().until(() -> queue.dead().newest(10).size() == 3);
            assertThat(lines.lines())
                    .hasSize(3)
                    .allSatisfy(each -> assertThat(each).isEqualTo(line(each.text())));
        }
    }

    @Test
    void ofTheQueueHaveThemWhereAPayloadsClassIsNotComplete() {
        JobQueue queue = built(builder().handlers(talkers));
        try (LoggedLines lines = LoggedLines.of("FailedRuns");
                RequestContext.Scope scope = annas()) {
            assertThat(scope).isNotNull();
            queue.enqueue(Talkers::incomplete, new Incomplete(""));
            Incomplete.missing = true;
            queue.start();
            await().until(() -> queue.dead().newest(10).size() == 1);
            assertThat(lines.lines())
                    .singleElement()
                    .satisfies(each -> assertThat(each).isEqualTo(line(each.text())));
        } finally {
            Incomplete.missing = false;
        }
    }

    @Test
    void ofTheQueueHaveThemWhereACommitIsRefused() throws SQLException {
        assumeThat(backend).as("has constraints that the commit checks").isEqualTo(Backend.POSTGRESQL);
        execute("alter table effect add constraint one_each unique (id, note) deferrable initially deferred");
        execute("insert into effect (id, note) values (1, 'lock'), (1, 'complete')");
        JobQueue queue = built(builder().handlers(talkers));
        try (LoggedLines lines = LoggedLines.of("FailedRuns")) {
            enqueueOneOfEach(queue, "");
            queue.start();
            await().until(() -> queue.dead().newest(10).size() == 2);
            awaitNoJobs();
            assertThat(lines.lines())
                    .as("more often than it counts, where another worker was quicker to lock it again")
                    .anySatisfy(each -> assertThat(each.text()).contains(" of talk.lock is a dead letter"))
                    .anySatisfy(each -> assertThat(each.text()).contains(" of talk.complete is a dead letter"))
                    .allSatisfy(each -> assertThat(each).isEqualTo(line(each.text())));
        }
    }
}
