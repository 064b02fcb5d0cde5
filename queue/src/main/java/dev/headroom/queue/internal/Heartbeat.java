package dev.headroom.queue.internal;

import dev.headroom.queue.internal.sql.NodeTable;
import java.lang.management.ManagementFactory;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a node's place among the others, on a thread that does nothing else and waits for nobody: shows that it lives, hears of
 * cancellations, sees how the others are.
 */
final class Heartbeat extends Rounds {
    private static final Logger log = LoggerFactory.getLogger(Heartbeat.class);

    private final QueueOptions options;
    private final int workers;
    private final Store store;
    private final Lease lease;
    private final Node node;
    private final Sweeper sweeper;
    private final Rescuer rescuer;
    private final KeptConnection own;
    private long beatAt = System.nanoTime();

    /** As the last transaction saw it, and as the one does that is under way. */
    private NodeTable.@Nullable Around around;

    private NodeTable.@Nullable Around seen;

    Heartbeat(
            QueueOptions options, int workers, Store store, Lease lease, Node node, Sweeper sweeper, Rescuer rescuer) {
        super(options.name(), lease, "show that this node lives");
        this.options = options;
        this.workers = workers;
        this.store = store;
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
            Set<Long> cancelled = new HashSet<>();
            if (store.transact(own, connection -> beat(connection, mine, cancelled))) {
                lease.shown(begun);
                look(begun);
                node.cancelled(cancelled);
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

    private boolean beat(Connection connection, long mine, Set<Long> cancelled) throws SQLException {
        cancelled.addAll(store.cancellations.marked(connection, node.running(mine)));
        boolean alive = store.nodes.beat(connection, mine, nodeName(), lease.lengthMillis() / 2);
        seen = store.nodes.around(connection);
        return alive;
    }

    /** Goes by what was seen by a transaction that has committed. */
    private void look(long begun) {
        NodeTable.Around now = java.util.Objects.requireNonNull(seen);
        NodeTable.Around before = around;
        around = now;
        rescuer.seen(now, begun);
        if (before != null && !before.server().equals(now.server())) {
            log.warn(
                    "{}: another database server answers; what the one before had committed last may be lost",
                    options.name());
            sweeper.lookForForgotten();
            node.serverChanged();
        }
    }

    private void register(long begun) throws SQLException {
        AtomicBoolean othersSeen = new AtomicBoolean();
        long id = store.transact(own, connection -> {
            long mine = store.nodes.register(connection, nodeName(), workers);
            seen = store.nodes.around(connection);
            othersSeen.set(store.nodes.othersSeen(connection, mine, lease.lengthMillis()));
            return mine;
        });
        lease.granted(id, begun, othersSeen.get());
        look(begun);
        log.info("{}: node {} is at work", options.name(), id);
        node.registered();
    }

    private static String nodeName() {
        return ManagementFactory.getRuntimeMXBean().getName();
    }
}
