package dev.headroom.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.headroom.queue.Recorder.Note;
import java.sql.Connection;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What commits long after others that were enqueued later is found all the same, wherever claims have got to by then. */
@OnEveryBackend
class LateCommitTest extends JobQueueContract {
    private static final int AT_ONCE = 100;

    private final Recorder recorder = new Recorder();

    @Test
    void runsAJobThatCommitsAfterClaimsHavePassedItsPlace() throws Exception {
        JobQueue queue = started(builder().handlers(recorder));
        try (Connection late = dataSource().getConnection()) {
            late.setAutoCommit(false);
            queue.in(late).enqueue(Recorder::note, new Note(-1, "late"));
            long end = System.nanoTime() + Duration.ofMillis(2_500).toNanos();
            for (int done = AT_ONCE; System.nanoTime() - end < 0; done += AT_ONCE) {
                int before = done - AT_ONCE;
                List<Note> notes = IntStream.range(before, done)
                        .mapToObj(number -> new Note(number, ""))
                        .toList();
                queue.enqueueAll(Recorder::note, notes);
                int expected = done;
                await().atMost(Duration.ofSeconds(20)).until(() -> recorder.runs.size() >= expected);
            }
            assertThat(recorder.runs).doesNotContainKey(-1L);
            late.commit();
        }
        await().atMost(Duration.ofSeconds(20)).until(() -> recorder.runs.containsKey(-1L));
        awaitNoJobs();
        assertThat(recorder.runs.values()).containsOnly(1);
    }
}
