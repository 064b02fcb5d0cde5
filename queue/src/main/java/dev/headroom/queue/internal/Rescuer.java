package dev.headroom.queue.internal;

import dev.headroom.queue.QueueMeters;
import dev.headroom.queue.internal.sql.NodeTable;
import java.sql.SQLException;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes over from nodes that died. On a thread of its own: what a dead process had locked, the server may keep locked until it notices, and
 * whoever waits for that must not be the heartbeat.
 */
final class Rescuer extends Rounds {
    private static final Logger log = LoggerFactory.getLogger(Rescuer.class);

    /** The shortest pause between two looks, in nanoseconds. */
    static final long REAP_EVERY = Duration.ofSeconds(1).toNanos();

    private final QueueOptions options;
    private final Store store;
    private final Connected connected;
    private final Lease lease;
    private final Node node;
    private final Sweeper sweeper;

    /** When a node can have been silent for a lease, as far as was last seen. */
    private volatile long silentAt = System.nanoTime();

    /** When to look for jobs of nodes that are gone for long. */
    private final Chore strays;

    private long reapAt = System.nanoTime();

    /** Whether jobs were left that somebody had locked. */
    private boolean left;

    Rescuer(QueueOptions options, Store store, Connected connected, Lease lease, Node node, Sweeper sweeper) {
        super(options.name(), lease, "look for nodes that died");
        this.options = options;
        this.store = store;
        this.connected = connected;
        this.lease = lease;
        this.node = node;
        this.sweeper = sweeper;
        this.strays = new Chore(Sweeper.every(lease, Sweeper.FORGET_EVERY));
    }

    /** How the others were at that time. */
    void seen(NodeTable.Around around, long at) {
        silentAt = at + Math.max(0, lease.lengthMillis() - around.silentMillis()) * 1_000_000;
    }

    @Override
    void round() throws SQLException {
        if (lease.mayJudgeOthers()) {
            judge(System.nanoTime());
        }
    }

    private void judge(long now) throws SQLException {
        boolean silent = left || now - silentAt >= 0;
        if (silent && now - reapAt >= 0 || strays.isDue() && node.isEldest()) {
            strays.done(reap() || silent);
            reapAt = now + REAP_EVERY;
        }
    }

    private record Reaped(NodeTable.Rescue rescue, NodeTable.Around around) {}

    /** Returns whether there was anything. */
    private boolean reap() throws SQLException {
        long begun = System.nanoTime();
        Reaped reaped = store.transact(connection -> new Reaped(
                store.nodes.reap(connection, lease.lengthMillis(), options.maxCrashes()),
                store.nodes.around(connection, lease.id())));
        seen(reaped.around(), begun);
        NodeTable.Rescue rescue = reaped.rescue();
        left = rescue.left() > 0;
        boolean any = rescue.ready() + rescue.dead() > 0;
        if (any) {
            connected.get().meters().counter(QueueMeters.RESCUED).add(rescue.ready() + rescue.dead());
            log.warn(
                    "{}: {} nodes died; {} of their jobs run again, {} are dead letters since it was not their first time",
                    options.name(),
                    rescue.nodes(),
                    rescue.ready(),
                    rescue.dead());
            sweeper.releaseSoon();
            node.readyAgain();
        }
        return any;
    }
}
