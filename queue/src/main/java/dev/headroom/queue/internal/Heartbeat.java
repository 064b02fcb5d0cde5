package dev.headroom.queue.internal;

import dev.headroom.queue.internal.sql.NodeTable;
import java.lang.management.ManagementFactory;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a node's place among the others, on a thread that does nothing else and waits for nobody: shows that it lives, hears of
 * cancellations and of queues that are paused, sees how the others are.
 */
final class Heartbeat extends Rounds {
    private static final Logger log = LoggerFactory.getLogger(Heartbeat.class);

    private final QueueOptions options;
    private final int workers;
    private final Store store;
    private final Pauses pauses;
    private final Lease lease;
    private final Node node;
    private final Sweeper sweeper;
    private final Rescuer rescuer;
    private final KeptConnection own;
    private long beatAt = System.nanoTime();

    private volatile NodeTable.@Nullable Around around;

    Heartbeat(
            QueueOptions options, int workers, Parts parts, Lease lease, Node node, Sweeper sweeper, Rescuer rescuer) {
        super(options.name(), lease, "show that this node lives");
        this.options = options;
        this.workers = workers;
        this.store = parts.store();
        this.pauses = parts.pauses();
        this.lease = lease;
        this.node = node;
        this.sweeper = sweeper;
        this.rescuer = rescuer;
        this.own = store.keep(lease.lengthMillis() / 6);
    }

    @Override
    void ended() {
        own.close();
    }

    @Override
    void round() throws SQLException {
        long begun = System.nanoTime();
        long mine = lease.id();
        if (mine == 0) {
            register(begun);
        } else if (begun - beatAt >= 0) {
            long asked = pauses.version();
            NodeTable.Beat beat = store.each(own, connection -> beat(connection, mine));
            if (beat.alive()) {
                lease.shown(begun);
                heed(beat.around(), asked);
                look(beat.around(), begun);
                node.cancelled(beat.cancelled());
            } else {
                log.warn(
                        "{}: node {} was declared dead; what it ran is run by others, it goes on under a new lease",
                        options.name(),
                        mine);
                lease.revoked();
                node.fenced();
                register(System.nanoTime());
            }
        } else {
            return;
        }
        beatAt = begun + lease.heartbeatNanos();
    }

    private NodeTable.Beat beat(Connection connection, long mine) throws SQLException {
        NodeTable.Beat atOnce = store.dialect.beat(connection, mine, nodeName(), freeable(), lease.lengthMillis() / 2);
        if (atOnce != null) {
            return atOnce;
        }
        Set<Long> cancelled = store.cancellations.marked(connection, node.running(mine));
        boolean alive = store.nodes.beat(connection, mine, nodeName(), freeable(), lease.lengthMillis() / 2);
        return new NodeTable.Beat(alive, store.nodes.around(connection, mine), cancelled);
    }

    /** Its workers, as long as they take up jobs. */
    private int freeable() {
        return node.isDraining() ? 0 : workers;
    }

    /** What this node saw around it last; null before it saw anything. */
    NodeTable.@Nullable Around around() {
        return around;
    }

    private void heed(NodeTable.Around now, long asked) {
        if (pauses.seen(now.paused(), asked)) {
            node.readyAgain();
        }
    }

    /** Goes by what was seen by a transaction that has committed. */
    private void look(NodeTable.Around now, long begun) {
        NodeTable.Around before = around;
        around = now;
        rescuer.seen(now, begun);
        if (before != null && !before.server().equals(now.server())) {
            log.warn(
                    "{}: another database server answers; what the one before had committed last may be lost",
                    options.name());
            sweeper.lookForForgotten();
            node.serverChanged();
        } else if (before != null && before.nodes() != now.nodes()) {
            // Others may have made what those held ready again.
            node.readyAgain();
        }
    }

    private void register(long begun) throws SQLException {
        AtomicBoolean othersSeen = new AtomicBoolean();
        AtomicReference<NodeTable.Around> seen = new AtomicReference<>();
        long asked = pauses.version();
        long id = store.transact(own, connection -> {
            long mine = store.nodes.register(
                    connection,
                    nodeName(),
                    freeable(),
                    ManagementFactory.getRuntimeMXBean().getUptime());
            seen.set(store.nodes.around(connection, mine));
            othersSeen.set(store.nodes.othersSeen(connection, mine, lease.lengthMillis()));
            return mine;
        });
        NodeTable.Around now = Objects.requireNonNull(seen.get());
        // Before anything can begin.
        heed(now, asked);
        lease.granted(id, begun, othersSeen.get());
        look(now, begun);
        log.info("{}: node {} is at work", options.name(), id);
        node.registered();
    }

    private static String nodeName() {
        return ManagementFactory.getRuntimeMXBean().getName();
    }
}
