package dev.headroom.queue.internal;

import dev.headroom.queue.JobMethod;
import dev.headroom.queue.JobQueue;
import dev.headroom.queue.QueueException;
import dev.headroom.queue.internal.sql.JobTable;
import dev.headroom.queue.internal.sql.ManualTime;
import dev.headroom.queue.internal.sql.Sql;
import dev.headroom.transaction.JdbcTransactions;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A node without threads: claims one job at a time and runs it on the caller's. */
public final class ManualNode {
    private static final String NAME = "manual";

    private final DefaultJobQueue queue;
    private final Parts parts;
    private final Store store;
    private final JobRunner runner;
    private final Settlement settlement;
    private final Claims claims;
    private final JsonPayloads payloads;
    private final Schedules schedules;
    private final ManualTime time;
    private long lease;
    private long seenAt;

    private ManualNode(DefaultJobQueue queue) {
        this.queue = queue;
        this.parts = queue.parts();
        this.store = parts.store();
        this.runner = new JobRunner(queue, parts, new FailedRuns(parts.options(), parts.kinds()), () -> false);
        this.settlement = new Settlement(parts.options(), store, parts.kinds(), () -> {});
        this.payloads = new JsonPayloads(parts.options().maxPayload());
        this.claims = new Claims(
                store, parts.kinds(), parts.connected(), parts.options().told(), parts.pauses(), null);
        this.schedules = new Schedules(store, parts.kinds(), parts.producer());
        this.time = new ManualTime(store.dialect);
        this.lease = store.call("register a node", this::register);
        this.seenAt = System.nanoTime();
    }

    private long register(Connection connection) throws SQLException {
        return store.nodes.register(connection, NAME, 1, 0);
    }

    // Nodes that are started beside this one judge it by its last run.
    private void showThatItLives() {
        long silence = parts.options().lease().toMillis();
        if (System.nanoTime() - seenAt >= silence * 1_000_000 / 3) {
            lease = store.call(
                    "show that a node lives",
                    connection -> store.nodes.beat(connection, lease, NAME, 1, silence) ? lease : register(connection));
            seenAt = System.nanoTime();
        }
    }

    /** A node of the queue. */
    public static ManualNode of(JobQueue queue) {
        if (!(queue instanceof DefaultJobQueue ours)) {
            throw new IllegalArgumentException("queue: " + queue + " (expected: one that JobQueue.builder built)");
        }
        if (ours.isStarted()) {
            throw new IllegalStateException(
                    "queue: started (expected: not started, so that nobody else runs its jobs)");
        }
        return new ManualNode(ours);
    }

    /** Runs the next job that is ready, in any queue; false if there is none. */
    public boolean runNext() {
        while (true) {
            showThatItLives();
            store.call("promote jobs", this::promote);
            parts.pauses().look();
            int found = 0;
            for (String queue : parts.names().all()) {
                Claims.Claimed claimed = claim(queue);
                found += claimed.found();
                if (!claimed.admitted().isEmpty()) {
                    run(claimed.admitted().get(0));
                    return true;
                }
            }
            if (found == 0) {
                return false;
            }
        }
    }

    private boolean promote(Connection connection) throws SQLException {
        store.limits.release(connection, store.limits.releasable(connection, Integer.MAX_VALUE));
        return store.dialect.promoteDue(connection, Integer.MAX_VALUE, JobTable.ANY_TIME) > 0;
    }

    private Claims.Claimed claim(String queue) {
        Share share = new Share(queue, parts.names().number(queue), 1);
        try {
            return claims.mayBegin(share)
                    ? claims.claim(lease, share, Claims.ALL_CRITICALITIES, 1)
                    : new Claims.Claimed(0, List.of());
        } catch (SQLException e) {
            throw new QueueException("queue: could not claim a job", e);
        }
    }

    private void run(Assignment assignment) {
        Settled settled = new Settled(assignment, runner.run(assignment));
        try {
            settlement.write(List.of(settled));
        } catch (SQLException e) {
            throw new QueueException("queue: could not write how a job ended", e);
        }
    }

    /** Has this done whenever a job was enqueued and committed, as far as that can be seen. */
    public void whenWoken(Runnable told) {
        queue.whenWoken(told);
    }

    /** The payloads of the kind's jobs that wait, in the order of their enqueuing; null for one of a kind that takes none. */
    public List<@Nullable Object> waiting(JobMethod method) {
        Kind kind = parts.kinds().of(method);
        return look(connection -> {
            List<@Nullable Object> found = new ArrayList<>();
            for (ManualTime.Waiting job : time.waiting(connection, kind.name())) {
                found.add(kind.upcasts().read(payloads, kind, job.version(), job.payload()));
            }
            return found;
        });
    }

    /** The names of the kinds of all jobs that wait, in the order of their enqueuing. */
    public List<String> waiting() {
        return look(time::waiting);
    }

    /** In the thread's transaction if the queue knows one: nobody else sees what was enqueued in it, and a test may never commit it. */
    private <T> T look(Sql.Work<T> work) {
        try {
            Connection current = parts.options().currentTransaction().connection();
            return current != null
                    ? work.on(current)
                    : JdbcTransactions.inTransaction(parts.options().dataSource(), work::on);
        } catch (SQLException e) {
            throw new QueueException("queue: could not look for jobs", e);
        }
    }

    /** Makes what is scheduled due so much earlier, and enqueues what the ticks of schedules in that time bring. */
    public void advance(Duration by) {
        store.call("advance jobs", connection -> {
            time.advance(connection, by.toMillis());
            return true;
        });
        try {
            schedules.advance(time, by);
        } catch (SQLException e) {
            throw new QueueException("queue: could not advance schedules", e);
        }
    }

    /** Takes the node out again. */
    public void close() {
        queue.whenWoken(null);
        store.call("sign off", connection -> {
            store.nodes.remove(connection, lease);
            return true;
        });
    }
}
