package dev.headroom.queue;

import dev.headroom.RequestContext;
import dev.headroom.load.Criticality;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.MDC;

/** Handlers that keep what they were given. */
public class Recorder {
    record Note(long id, String text) {}

    record Seen(
            long id,
            String text,
            String traceId,
            String mdcTrace,
            String user,
            String mdcUser,
            Criticality criticality,
            String token) {}

    static class Refusal extends RuntimeException {
        Refusal(String message) {
            super(message);
        }
    }

    final List<Seen> seen = new CopyOnWriteArrayList<>();
    final List<String> order = new CopyOnWriteArrayList<>();
    final Map<Long, Integer> runs = new ConcurrentHashMap<>();
    final AtomicInteger failuresLeft = new AtomicInteger();
    final AtomicInteger swept = new AtomicInteger();
    final AtomicInteger concurrent = new AtomicInteger();
    final AtomicInteger mostConcurrent = new AtomicInteger();
    final CountDownLatch blockedBegan = new CountDownLatch(1);
    final CountDownLatch release = new CountDownLatch(1);

    @Job(name = "note")
    public void note(Note note) {
        RequestContext context = RequestContext.current();
        seen.add(new Seen(
                note.id(),
                note.text(),
                context.traceId().value(),
                MDC.get(RequestContext.MDC_TRACE),
                context.user().orElse(""),
                MDC.get(RequestContext.MDC_USER),
                context.criticality(),
                context.consistency().value()));
        order.add(note.text());
        runs.merge(note.id(), 1, Integer::sum);
    }

    @Job(name = "flaky", attempts = 4, backoff = "1ms..5ms")
    public void flaky(Note note, JobContext job) {
        runs.merge(note.id(), 1, Integer::sum);
        if (failuresLeft.getAndDecrement() > 0) {
            throw new IllegalStateException("flaky attempt " + job.attempt() + " of " + job.maxAttempts());
        }
    }

    @Job(name = "refused", backoff = "1ms..5ms", giveUpOn = Refusal.class)
    public void refused(Note note) {
        throw new Refusal("never\0again");
    }

    @Job(name = "effect", tx = Tx.COMPLETE_IN_TX, backoff = "1ms..5ms", attempts = 3)
    public void effect(Note note, JobContext job) throws Exception {
        try (PreparedStatement insert =
                job.connection().prepareStatement("insert into effect (id, note) values (?, ?)")) {
            insert.setLong(1, note.id());
            insert.setString(2, note.text());
            insert.executeUpdate();
        }
        runs.merge(note.id(), 1, Integer::sum);
        if (failuresLeft.getAndDecrement() > 0) {
            throw new IllegalStateException("after the effect");
        }
    }

    @Job(name = "effect.blocked", tx = Tx.COMPLETE_IN_TX)
    public void blockedEffect(Note note, JobContext job) throws Exception {
        boolean first = runs.merge(note.id(), 1, Integer::sum) == 1;
        effect(note, job);
        if (first) {
            blockedBegan.countDown();
            // Goes on whatever happens to its lease, as a handler that ignores interruption would.
            boolean released = false;
            while (!released) {
                try {
                    released = release.await(20, TimeUnit.SECONDS);
                } catch (InterruptedException ignored) {
                    continue;
                }
            }
        }
    }

    @Job(name = "effect.cancelled", tx = Tx.COMPLETE_IN_TX)
    public void blockedEffectUntilCancelled(Note note, JobContext job) throws Exception {
        effect(note, job);
        try {
            release.await();
        } finally {
            order.add("cancelled " + job.cancelled());
        }
    }

    record Thumb(String url, int width) {}

    @Job(name = "tracked", track = true, attempts = 1, queue = "tracked")
    public Thumb tracked(Note note, JobContext job) throws InterruptedException {
        job.progress(0.5, "half");
        if (note.text().equals("wait")) {
            blockedBegan.countDown();
            release.await();
        }
        if (note.text().equals("fail")) {
            throw new Refusal("no thumb");
        }
        return new Thumb("/thumb/" + note.id(), 90);
    }

    @Job(name = "tracked.effect", track = true, tx = Tx.COMPLETE_IN_TX)
    public int trackedEffect(Note note, JobContext job) throws Exception {
        effect(note, job);
        job.progress(1, "");
        return 42;
    }

    @Job(name = "tracked.long", track = true, backoff = "1ms..5ms")
    public String trackedLong(Note note) {
        runs.merge(note.id(), 1, Integer::sum);
        return "x".repeat(1_000);
    }

    @Job(name = "tracked.effect.long", track = true, tx = Tx.COMPLETE_IN_TX, backoff = "1ms..5ms")
    public String trackedEffectLong(Note note, JobContext job) throws Exception {
        effect(note, job);
        return "x".repeat(1_000);
    }

    @Job(name = "follow.up", tx = Tx.COMPLETE_IN_TX, attempts = 1)
    public void followUp(Note note, JobContext job) {
        if (note.id() % 2 == 0) {
            job.jobQueue().in(job.connection()).enqueue(Recorder::note, note);
        } else {
            job.jobQueue().enqueue(Recorder::note, note);
        }
        if (note.text().equals("fail")) {
            throw new Refusal("after the follow-up");
        }
    }

    @Job(name = "follow.up.apart", attempts = 1)
    public void followUpApart(Note note, JobContext job) {
        job.jobQueue().enqueue(Recorder::note, note);
        throw new Refusal("after the follow-up");
    }

    @Job(name = "meddling", tx = Tx.COMPLETE_IN_TX, attempts = 1)
    public void meddling(Note note, JobContext job) throws Exception {
        Connection lent = job.connection();
        refused(lent::commit);
        refused(lent::rollback);
        refused(() -> lent.setAutoCommit(true));
        refused(() -> lent.createStatement().getConnection().commit());
        refused(() -> lent.getMetaData().getConnection().rollback());
        refused(() -> lent.unwrap(Connection.class).commit());
        refused(() -> lent.setReadOnly(true));
        lent.close();
        order.add("isClosed " + lent.isClosed());
        effect(note, job);
    }

    private interface Meddling {
        void run() throws SQLException;
    }

    private void refused(Meddling meddling) {
        try {
            meddling.run();
        } catch (SQLException e) {
            order.add(e.getMessage().substring(0, e.getMessage().indexOf(':')));
        }
    }

    @Job(name = "blocked", queue = "blocked")
    public void blocked(Note note, JobContext job) throws InterruptedException {
        int now = concurrent.incrementAndGet();
        mostConcurrent.accumulateAndGet(now, Math::max);
        try {
            runs.merge(note.id(), 1, Integer::sum);
            blockedBegan.countDown();
            release.await();
        } finally {
            concurrent.decrementAndGet();
        }
    }

    @Job(name = "slow", timeout = "100ms", attempts = 1)
    public void slow(Note note) throws InterruptedException {
        release.await();
    }

    @Job(name = "bulk", criticality = Criticality.SHEDDABLE)
    public void bulk(Note note) {
        note(note);
    }

    @Job(name = "plain")
    public void plain() {
        order.add("plain");
    }

    @Job(name = "plain.context")
    public void plainWithContext(JobContext job) {
        order.add(job.idempotencyKey());
    }
}
