package dev.headroom.queue.internal;

import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/**
 * Does, on one thread, what may take its time: makes jobs ready whose turn has come or for whose key there is room, and throws away what is
 * left behind. Nobody waits for it; the heartbeat has a thread of its own.
 */
final class Sweeper extends Rounds {
    private static final int KEYS_AT_ONCE = 2_000;
    private static final int KEYS_IN_ONE_TRANSACTION = 20;
    static final long FORGET_EVERY = Duration.ofSeconds(30).toNanos();
    private static final long SHARE = 50;
    private static final long SLICE = Duration.ofMillis(500).toNanos();
    private static final long UNUSED_LIMIT_MILLIS = Duration.ofHours(1).toMillis();

    private final Store store;
    private final Lease lease;
    private final Wakes dispatcher;
    private final Node node;
    private final long forgetEvery;
    private final Chore forget;
    private volatile boolean toRelease;
    private volatile boolean toLook;
    private long forgottenAt = System.nanoTime();
    private boolean blocked;
    private long lastStep;

    Sweeper(QueueOptions options, Store store, Lease lease, Wakes dispatcher, Node node) {
        super(options.name(), lease, "tidy up");
        this.store = store;
        this.lease = lease;
        this.dispatcher = dispatcher;
        this.node = node;
        this.forgetEvery = every(lease, FORGET_EVERY);
        this.forgottenAt += forgetEvery;
        this.forget = new Chore(forgetEvery);
    }

    /** What is done so often with a lease of 12 s is done more often with a shorter one. */
    static long every(Lease lease, long usual) {
        return Math.min(usual, lease.lengthMillis() * usual / 10_000);
    }

    @Override
    void round() throws SQLException {
        if (lease.mayBegin()) {
            release();
            if (forget.isDue() && node.isEldest()) {
                forget();
            }
            handBackForgotten();
        }
    }

    private void release() throws SQLException {
        boolean here = store.limits.hasBlocked();
        if (toRelease) {
            toRelease = false;
            here = true;
        }
        boolean wanted = here || blocked || node.seesBlocked();
        // A claim that has put jobs aside may not be committed yet, nor a rescue.
        blocked = here;
        if (!wanted || !store.transact(store.limits::anyBlocked)) {
            return;
        }
        blocked = true;
        List<String> keys = store.transact(connection -> store.limits.releasable(connection, KEYS_AT_ONCE));
        for (int from = 0; from < keys.size() && goesOn(); from += KEYS_IN_ONE_TRANSACTION) {
            List<String> few = keys.subList(from, Math.min(keys.size(), from + KEYS_IN_ONE_TRANSACTION));
            if (store.transact(connection -> store.limits.release(connection, few))) {
                dispatcher.signal();
            }
        }
    }

    /** The database may have lost what it had committed: looked at in the next round. */
    void lookForForgotten() {
        toLook = true;
    }

    /**
     * When a standby takes the primary's place, the last ends of jobs that were written here may be lost with it: the database says then that
     * this node holds them, and the node, which lives, knows nothing of them.
     */
    private void handBackForgotten() throws SQLException {
        long begun = System.nanoTime();
        if (!toLook && begun - forgottenAt < 0) {
            return;
        }
        toLook = false;
        long mine = lease.id();
        Set<Long> before = node.running(mine);
        Set<Long> held = store.transact(connection -> store.jobs.heldUnder(connection, mine));
        held.removeAll(before);
        held.removeAll(node.running(mine));
        node.forgotten(held);
        // It walks the dead entries of all jobs that the node ever held.
        forgottenAt = System.nanoTime() + Math.max(forgetEvery, SHARE * (System.nanoTime() - begun));
    }

    /** Processes died: the slots of what they ran are free, which is seen in the next round. */
    void releaseSoon() {
        toRelease = true;
    }

    /** One node suffices for it. */
    private void forget() throws SQLException {
        long until = System.nanoTime() + SLICE;
        do {
            lastStep = store.transact(connection -> store.steps.forgetGone(connection, lastStep));
        } while (lastStep != 0 && goesOn() && System.nanoTime() - until < 0);
        int forgotten = store.transact(connection -> store.limits.forgetUnused(connection, UNUSED_LIMIT_MILLIS));
        forget.done(lastStep != 0 || forgotten > 0);
    }
}
