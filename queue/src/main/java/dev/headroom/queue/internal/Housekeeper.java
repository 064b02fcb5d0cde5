package dev.headroom.queue.internal;

import dev.headroom.queue.QueueMeters;
import dev.headroom.queue.internal.sql.NodeTable;
import dev.headroom.queue.internal.sql.Sql;
import java.lang.management.ManagementFactory;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a node's place among the others, on one thread: shows that it lives, takes over from nodes that died, enqueues what runs again and
 * again, counts what waits. The heartbeat comes first in every round; all else may fail and is tried again in the next.
 */
final class Housekeeper implements Runnable {
    private static final Logger log = LoggerFactory.getLogger(Housekeeper.class);
    private static final long COUNT_EVERY = Duration.ofSeconds(5).toNanos();
    private static final long COUNT_SHARE = 50;
    private static final long REAP_EVERY = Duration.ofSeconds(1).toNanos();
    private static final int PRUNED_AT_ONCE = 1_000;
    private static final long LONGEST_ROUND = 1_000;

    private final QueueOptions options;
    private final int workers;
    private final Store store;
    private final Connected connected;
    private final Lease lease;
    private final Schedules schedules;
    private final Lengths lengths;
    private final Node node;
    private final Wakes dispatcher;
    private final Sweeper sweeper;
    private final LogLimit limit = new LogLimit();
    private final CountDownLatch stopped = new CountDownLatch(1);
    private final long healEvery;
    private final long straysEvery;
    private long beatAt = System.nanoTime();
    private long countAt = beatAt;
    private long healAt = beatAt;

    /** When a node can have been silent for a lease, as far as was seen with the last heartbeat. */
    private long silentAt = beatAt;

    /** When it is time to look for jobs of nodes that are gone for long. */
    private long straysAt = beatAt;

    /** As the last heartbeat saw it, and as the transaction does that is under way. */
    private NodeTable.@Nullable Around around;

    private NodeTable.@Nullable Around seen;

    Housekeeper(
            QueueOptions options,
            int workers,
            Store store,
            Connected connected,
            Lease lease,
            Schedules schedules,
            Lengths lengths,
            Node node,
            Wakes dispatcher,
            Sweeper sweeper) {
        this.options = options;
        this.workers = workers;
        this.store = store;
        this.connected = connected;
        this.lease = lease;
        this.schedules = schedules;
        this.lengths = lengths;
        this.node = node;
        this.dispatcher = dispatcher;
        this.sweeper = sweeper;
        this.healEvery = Sweeper.every(lease, Sweeper.HEAL_EVERY);
        this.straysEvery = Sweeper.every(lease, Sweeper.FORGET_EVERY);
    }

    @Override
    public void run() {
        try {
            do {
                round();
            } while (!stopped.await(roundMillis(), TimeUnit.MILLISECONDS));
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private long roundMillis() {
        long shortest = Math.min(LONGEST_ROUND, Math.max(20, lease.lengthMillis() / 12));
        for (Kind kind : schedules.all()) {
            Kind.Recurrence every = java.util.Objects.requireNonNull(kind.every());
            shortest = Math.min(shortest, Math.max(20, every.duration().toMillis() / 2));
        }
        return shortest;
    }

    private void round() {
        try {
            beat();
            if (lease.mayJudgeOthers()) {
                judge(System.nanoTime());
            }
            if (lease.mayBegin()) {
                chores();
            }
        } catch (SQLException | RuntimeException | Error failed) {
            long kept = limit.pass();
            if (kept >= 0) {
                log.warn(
                        "{}: could not show that this node lives, tries again ({} messages kept back)",
                        options.name(),
                        kept,
                        failed);
            }
        }
    }

    private void beat() throws SQLException {
        long begun = System.nanoTime();
        long mine = lease.id();
        if (mine == 0) {
            register(begun);
        } else if (begun - beatAt >= 0) {
            Set<Long> cancelled = new HashSet<>();
            if (store.transact(connection -> beat(connection, mine, cancelled))) {
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
        boolean alive = store.nodes.beat(connection, mine);
        seen = store.nodes.around(connection);
        return alive;
    }

    /** Goes by what was seen by a transaction that has committed. */
    private void look(long begun) {
        NodeTable.Around now = java.util.Objects.requireNonNull(seen);
        NodeTable.Around before = around;
        around = now;
        silentAt = begun + Math.max(0, lease.lengthMillis() - now.silentMillis()) * 1_000_000;
        if (before != null && !before.server().equals(now.server())) {
            log.warn(
                    "{}: another database server answers; what the one before had committed last may be lost",
                    options.name());
            sweeper.lookForForgotten();
            node.serverChanged();
        }
    }

    private void judge(long now) throws SQLException {
        boolean strays = now - straysAt >= 0;
        boolean silent = now - silentAt >= 0;
        if (strays || silent) {
            reap();
            straysAt = strays ? now + straysEvery : straysAt;
            silentAt = silent ? Math.max(silentAt, now + REAP_EVERY) : silentAt;
        }
    }

    private void register(long begun) throws SQLException {
        AtomicBoolean othersSeen = new AtomicBoolean();
        long id = store.transact(connection -> {
            long mine = store.nodes.register(connection, nodeName(), workers);
            seen = store.nodes.around(connection);
            othersSeen.set(store.nodes.othersSeen(connection, mine, lease.lengthMillis()));
            return mine;
        });
        lease.granted(id, begun, othersSeen.get());
        look(begun);
        log.info("{}: node {} is at work", options.name(), id);
        dispatcher.here().signal();
    }

    private static String nodeName() {
        return ManagementFactory.getRuntimeMXBean().getName();
    }

    private void reap() throws SQLException {
        long begun = System.nanoTime();
        NodeTable.Rescue rescue = store.transact(connection -> {
            NodeTable.Rescue done = store.nodes.reap(connection, lease.lengthMillis(), options.maxCrashes());
            seen = store.nodes.around(connection);
            return done;
        });
        look(begun);
        if (rescue.ready() + rescue.dead() > 0) {
            connected.get().meters().counter(QueueMeters.RESCUED).add(rescue.ready() + rescue.dead());
            log.warn(
                    "{}: {} nodes died; {} of their jobs run again, {} are dead letters since it was not their first time",
                    options.name(),
                    rescue.nodes(),
                    rescue.ready(),
                    rescue.dead());
            sweeper.healSoon();
            node.readyAgain();
        }
    }

    private void chores() throws SQLException {
        if (schedules.tick()) {
            dispatcher.signal();
        }
        long now = System.nanoTime();
        if (now - healAt >= 0) {
            schedules.heal();
            prune();
            healAt = now + healEvery;
        }
        if (now - countAt >= 0) {
            lengths.refresh();
            // It reads dead rows too, of which a snapshot that is kept somewhere may leave millions.
            long took = System.nanoTime() - now;
            countAt = System.nanoTime() + Math.max(COUNT_EVERY, COUNT_SHARE * took);
        }
    }

    /** As many as there are, but for a short time only: the heartbeat waits for it. */
    private void prune() throws SQLException {
        long kept = options.keepResults().toMillis();
        long until = System.nanoTime() + lease.heartbeatNanos() / 4;
        prune(until, connection -> store.batches.prune(connection, kept, PRUNED_AT_ONCE));
        prune(until, connection -> store.windows.prune(connection, PRUNED_AT_ONCE));
        Duration keepDead = options.keepDead();
        if (keepDead != null) {
            prune(until, connection -> store.dead.prune(connection, keepDead.toMillis(), PRUNED_AT_ONCE));
        }
        prune(until, connection -> store.results.prune(connection, kept, PRUNED_AT_ONCE));
    }

    private void prune(long until, Sql.Work<Integer> some) throws SQLException {
        int pruned = PRUNED_AT_ONCE;
        while (pruned == PRUNED_AT_ONCE && System.nanoTime() - until < 0) {
            pruned = store.transact(some);
        }
    }

    void stop() {
        stopped.countDown();
    }
}
