package dev.headroom.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.headroom.queue.Recorder.Note;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** While servers of two versions work on one queue nothing is lost. */
@OnEveryBackend
class NewerVersionTest extends JobQueueContract {
    private final Recorder recorder = new Recorder();

    @Test
    void aJobWithFlagsOfANewerVersionIsPutAsideAndNotRun() throws Exception {
        JobQueue queue = built(builder().handlers(recorder).parking(Duration.ofMillis(100)));
        JobHandle newer = queue.enqueue(Recorder::note, new Note(1, "newer"));
        execute("update headroom_job set flags = flags + 64 where id = " + newer.id());
        queue.enqueue(Recorder::note, new Note(2, "known"));
        queue.start();
        await().until(() -> count("headroom_job where state = 2 and attempt = 0 and error is not null") == 1);
        assertThat(recorder.order).containsExactly("known");
        execute("update headroom_job set flags = 0");
        awaitNoJobs();
        assertThat(recorder.order).containsExactly("known", "newer");
    }
}
