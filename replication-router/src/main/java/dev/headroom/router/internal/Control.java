package dev.headroom.router.internal;

import dev.headroom.config.Checks;
import dev.headroom.router.NodeRole;
import dev.headroom.router.RouterControl;
import dev.headroom.router.spi.Position;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Drains, holds and swaps; one switch-over at a time. */
final class Control implements RouterControl {
    private static final Logger log = LoggerFactory.getLogger(Control.class);

    private final String router;
    private final Cluster cluster;
    private final ReentrantLock switching = new ReentrantLock();

    Control(String router, Cluster cluster) {
        this.router = router;
        this.cluster = cluster;
    }

    @Override
    public boolean drain(String node, Duration within) throws InterruptedException {
        Node replica = find(node);
        Checks.notNegative("within", within);
        if (replica == cluster.primary()) {
            throw new IllegalArgumentException("node: " + node + " (expected: not the primary; see switchOver)");
        }
        replica.drained(true);
        log.info("router {}: draining {}", router, replica);
        return cluster.await(() -> replica.units().running().isEmpty(), within.toNanos());
    }

    @Override
    public void resume(String node) {
        Node resumed = find(node);
        resumed.drained(false);
        if (resumed == cluster.primary()) {
            cluster.holdWrites(false);
        }
        log.info("router {}: using {} again", router, resumed);
    }

    @Override
    public void refuseWrites(boolean refuse) {
        log.info("router {}: writes are {}", router, refuse ? "refused" : "taken");
        cluster.refuseWrites(refuse);
    }

    @Override
    public boolean refusesWrites() {
        return cluster.refusesWrites();
    }

    @Override
    public void switchOver(String to, Duration within, Callable<?> promotion) throws Exception {
        Node next = find(to);
        Checks.positive("within", within);
        Checks.present("promotion", promotion);
        switching.lockInterruptibly();
        try {
            if (!cluster.follows(next) || !cluster.up(next)) {
                throw new IllegalArgumentException(
                        "to: " + to + " (expected: a replica that answers and follows the primary)");
            }
            Node former = cluster.primary();
            log.info("router {}: giving the place of {} to {}", router, former, next);
            cluster.holdWrites(true);
            boolean promoting = false;
            try {
                promotable(former, next, within);
                promoting = true;
                promotion.call();
                await("the replica does not take writes", within, () -> next.role() == NodeRole.PRIMARY);
                cluster.replace(former, next);
                promoting = false;
            } finally {
                // A promotion that failed may have taken place: what is written to the former primary now could be
                // lost.
                if (!promoting) {
                    cluster.holdWrites(false);
                }
            }
        } finally {
            switching.unlock();
        }
    }

    private void promotable(Node former, Node next, Duration within) throws Exception {
        await(
                "units that may write still run",
                within,
                () -> former.units().running().stream().allMatch(Lease::readOnly));
        long quiet = cluster.now();
        await(
                "the primary does not tell its position as one that takes writes",
                within,
                () -> former.primarySince(quiet) != null);
        Position all = former.position(); // or a later one, if it has given up its role since: its commits are in it
        await("the replica has not replayed all", within, () -> next.position().covers(all));
    }

    private void await(String otherwise, Duration within, BooleanSupplier holds)
            throws InterruptedException, TimeoutException {
        if (!cluster.refresh(holds, within.toNanos())) {
            throw new TimeoutException(
                    "router " + router + ": " + otherwise + " after " + within + " (" + Snapshots.of(cluster) + ")");
        }
    }

    private Node find(String name) {
        for (Node node : cluster.nodes()) {
            if (node.name().equals(name)) {
                return node;
            }
        }
        throw new IllegalArgumentException("node: " + name + " (expected: one of " + cluster.nodes() + ")");
    }
}
