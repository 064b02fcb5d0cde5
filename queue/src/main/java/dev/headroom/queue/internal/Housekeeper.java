package dev.headroom.queue.internal;

import dev.headroom.queue.internal.sql.Sql;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Does a node's chores, on one thread for which the heartbeat does not wait: enqueues what runs again and again, throws away what is kept no
 * longer, counts what waits. What fails is tried again in the next round.
 */
final class Housekeeper implements Runnable {
    private static final Logger log = LoggerFactory.getLogger(Housekeeper.class);
    private static final long COUNT_EVERY = Duration.ofSeconds(5).toNanos();
    private static final long COUNT_SHARE = 50;
    private static final int PRUNED_AT_ONCE = 1_000;
    private static final long UNTIL_REGISTERED = 20;

    private final QueueOptions options;
    private final Store store;
    private final Lease lease;
    private final Schedules schedules;
    private final Lengths lengths;
    private final Wakes dispatcher;
    private final LogLimit limit = new LogLimit();
    private final CountDownLatch stopped = new CountDownLatch(1);
    private final long healEvery;
    private long countAt = System.nanoTime();
    private long healAt = countAt;

    Housekeeper(
            QueueOptions options, Store store, Lease lease, Schedules schedules, Lengths lengths, Wakes dispatcher) {
        this.options = options;
        this.store = store;
        this.lease = lease;
        this.schedules = schedules;
        this.lengths = lengths;
        this.dispatcher = dispatcher;
        this.healEvery = Sweeper.every(lease, Sweeper.HEAL_EVERY);
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
        if (!lease.mayBegin()) {
            return UNTIL_REGISTERED;
        }
        long shortest = lease.roundMillis();
        for (Kind kind : schedules.all()) {
            Kind.Recurrence every = Objects.requireNonNull(kind.every());
            shortest = Math.min(shortest, Math.max(20, every.duration().toMillis() / 2));
        }
        return shortest;
    }

    private void round() {
        try {
            if (lease.mayBegin()) {
                chores();
            }
        } catch (SQLException | RuntimeException | Error failed) {
            long kept = limit.pass();
            if (kept >= 0) {
                log.warn("{}: chores failed, tries again ({} messages kept back)", options.name(), kept, failed);
            }
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

    /** As many as there are, but for a short time only: schedules wait for it. */
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
