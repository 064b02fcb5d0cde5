package dev.headroom.queue.internal;

import dev.headroom.queue.internal.sql.Sql;
import java.sql.SQLException;
import java.time.Duration;

/**
 * Does a node's chores, on one thread for which the heartbeat does not wait: enqueues what runs again and again and, where no other node does,
 * throws away what is kept no longer.
 */
final class Housekeeper extends Rounds {
    private static final long HEAL_EVERY = Duration.ofSeconds(10).toNanos();
    private static final int PRUNED_AT_ONCE = 1_000;
    private static final long UNTIL_REGISTERED = 20;

    private final QueueOptions options;
    private final Store store;
    private final Lease lease;
    private final Node node;
    private final Schedules schedules;
    private final Wakes dispatcher;
    private final long healEvery;
    private final Chore prune;
    private long healAt = System.nanoTime();

    Housekeeper(QueueOptions options, Store store, Lease lease, Node node, Schedules schedules, Wakes dispatcher) {
        super(options.name(), lease, "do its chores");
        this.options = options;
        this.store = store;
        this.lease = lease;
        this.node = node;
        this.schedules = schedules;
        this.dispatcher = dispatcher;
        this.healEvery = Sweeper.every(lease, HEAL_EVERY);
        this.prune = new Chore(healEvery);
    }

    @Override
    long pauseMillis() {
        return lease.mayBegin() ? Math.min(lease.roundMillis(), schedules.untilNextMillis()) : UNTIL_REGISTERED;
    }

    @Override
    void round() throws SQLException {
        if (!lease.mayBegin()) {
            return;
        }
        if (schedules.tick()) {
            dispatcher.signal();
        }
        if (System.nanoTime() - healAt >= 0) {
            schedules.heal();
            healAt = System.nanoTime() + healEvery;
        }
        if (prune.isDue() && node.isEldest()) {
            prune.done(prune() > 0);
        }
    }

    /** As many as there are, but for a short time only: schedules wait for it. Returns how many there were. */
    private int prune() throws SQLException {
        long kept = options.keepResults().toMillis();
        long until = System.nanoTime() + lease.heartbeatNanos() / 4;
        int pruned = prune(until, connection -> store.batches.prune(connection, kept, PRUNED_AT_ONCE));
        pruned += prune(until, connection -> store.windows.prune(connection, PRUNED_AT_ONCE));
        Duration keepDead = options.keepDead();
        if (keepDead != null) {
            pruned += prune(until, connection -> store.dead.prune(connection, keepDead.toMillis(), PRUNED_AT_ONCE));
        }
        pruned += prune(until, connection -> store.results.prune(connection, kept, PRUNED_AT_ONCE));
        return pruned + store.transact(store.schedules::forgetUnseen);
    }

    private int prune(long until, Sql.Work<Integer> some) throws SQLException {
        int all = 0;
        int pruned = PRUNED_AT_ONCE;
        while (pruned == PRUNED_AT_ONCE && System.nanoTime() - until < 0) {
            pruned = store.transact(some);
            all += pruned;
        }
        return all;
    }
}
