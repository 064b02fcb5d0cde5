package dev.headroom.queue.internal;

import dev.headroom.consistency.ConsistencyToken;
import dev.headroom.queue.JobQueue;
import dev.headroom.queue.QueueException;
import dev.headroom.queue.internal.sql.Claim;
import dev.headroom.queue.internal.sql.ClaimedJob;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;

/** A node without threads: claims one job at a time and runs it on the caller's. */
public final class ManualNode {
    private static final int ALL_CRITICALITIES = 0b1111;

    private final Parts parts;
    private final Store store;
    private final JobRunner runner;
    private final Settlement settlement;
    private final long lease;

    private ManualNode(Parts parts) {
        this.parts = parts;
        this.store = parts.store();
        this.runner = new JobRunner(parts.options(), store, parts.kinds(), () -> false);
        this.settlement = new Settlement(parts.options(), store, parts.kinds());
        this.lease = store.call("register a node", connection -> store.nodes.register(connection, "manual", 1));
    }

    /** A node of the queue. */
    public static ManualNode of(JobQueue queue) {
        if (!(queue instanceof DefaultJobQueue ours)) {
            throw new IllegalArgumentException("queue: " + queue + " (expected: one that JobQueue.builder built)");
        }
        return new ManualNode(ours.parts());
    }

    /** Runs the next job that is ready, in any queue; false if there is none. */
    public boolean runNext() {
        store.call("promote jobs", connection -> store.dialect.promoteDue(connection, Integer.MAX_VALUE));
        for (String queue : parts.names().all()) {
            Claim claim = new Claim(lease, parts.names().number(queue), ALL_CRITICALITIES, 1);
            List<ClaimedJob> claimed = store.call("claim a job", connection -> store.dialect.claim(connection, claim));
            if (!claimed.isEmpty()) {
                run(claimed.get(0));
                return true;
            }
        }
        return false;
    }

    private void run(ClaimedJob job) {
        ConsistencyToken token = store.call(
                "capture its position",
                connection -> parts.connected().get().consistency().capture(connection));
        Assignment assignment = new Assignment(job, token);
        Settled settled = new Settled(assignment, runner.run(assignment));
        try {
            settlement.write(List.of(settled));
        } catch (SQLException e) {
            throw new QueueException("queue: could not write how a job ended", e);
        }
    }

    /** Makes what is scheduled due so much earlier. */
    public void advance(Duration time) {
        store.call("advance jobs", connection -> {
            store.jobs.advance(connection, time.toMillis());
            return true;
        });
    }

    /** Takes the node out again. */
    public void close() {
        store.call("sign off", connection -> {
            store.nodes.remove(connection, lease);
            return true;
        });
    }
}
