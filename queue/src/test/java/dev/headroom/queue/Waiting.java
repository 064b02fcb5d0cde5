package dev.headroom.queue;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.queue.Recorder.Note;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Handlers that have one attempt, and end when they are told to. */
public final class Waiting {
    /** Whether the thread has run a handler in its transaction. */
    static final ThreadLocal<Boolean> RAN = ThreadLocal.withInitial(() -> false);

    final List<Integer> attempts = new CopyOnWriteArrayList<>();
    final CountDownLatch began = new CountDownLatch(1);
    final CountDownLatch end = new CountDownLatch(1);

    @Job(name = "waiting.complete", tx = Tx.COMPLETE_IN_TX, attempts = 1, track = true, backoff = "1ms..2ms")
    public void complete(Note note, JobContext job) throws Exception {
        write(note, job);
    }

    @Job(name = "waiting.lock", queue = "locking", tx = Tx.LOCK_IN_TX, attempts = 1, track = true, backoff = "1ms..2ms")
    public String lock(Note note, JobContext job) throws Exception {
        write(note, job);
        return note.text();
    }

    private void write(Note note, JobContext job) throws Exception {
        try (PreparedStatement insert = job.connection().prepareStatement("insert into effect values (?, ?)")) {
            insert.setLong(1, note.id());
            insert.setString(2, note.text());
            insert.executeUpdate();
        }
        ended(note, job);
    }

    @Job(name = "waiting.hurried", tx = Tx.COMPLETE_IN_TX, attempts = 1, track = true)
    public String hurry(Note note, JobContext job) throws Exception {
        job.connection().createStatement().execute("set local lock_timeout = '300ms'");
        ended(note, job);
        return note.text();
    }

    @Job(name = "waiting.fails", queue = "locking", tx = Tx.LOCK_IN_TX, attempts = 1)
    public void fail(Note note) {
        throw new IllegalStateException(note.text());
    }

    @Job(name = "waiting.colliding", queue = "locking", tx = Tx.LOCK_IN_TX, attempts = 1, backoff = "1ms..2ms")
    public void collide(Note note, JobContext job) throws Exception {
        write(note, job);
        throw new SQLException("elsewhere", "40001");
    }

    @Job(name = "waiting.none", attempts = 1)
    public void ended(Note note, JobContext job) throws InterruptedException {
        attempts.add(job.attempt());
        RAN.set(true);
        began.countDown();
        assertThat(end.await(30, TimeUnit.SECONDS)).isTrue();
    }
}
