package dev.headroom.queue.internal;

import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Does, on one thread, what may take its time: makes jobs ready whose turn has come or for whose key there is room, and throws away what is
 * left behind. Nobody waits for it; the heartbeat has a thread of its own.
 */
final class Sweeper implements Runnable {
    private static final Logger log = LoggerFactory.getLogger(Sweeper.class);
    private static final int KEYS_AT_ONCE = 2_000;
    private static final int KEYS_IN_ONE_TRANSACTION = 20;
    private static final long LOOK_EVERY = Duration.ofSeconds(5).toNanos();
    static final long HEAL_EVERY = Duration.ofSeconds(10).toNanos();
    static final long FORGET_EVERY = Duration.ofSeconds(30).toNanos();
    private static final long SHARE = 50;
    private static final long SLICE = Duration.ofMillis(500).toNanos();
    private static final long UNUSED_LIMIT_MILLIS = Duration.ofHours(1).toMillis();

    private final QueueOptions options;
    private final Store store;
    private final Lease lease;
    private final Wakes dispatcher;
    private final Node node;
    private final long forgetEvery;
    private final LogLimit limit = new LogLimit();
    private final CountDownLatch stopped = new CountDownLatch(1);
    private volatile boolean toRelease;
    private volatile boolean toLook;
    private long forgetAt = System.nanoTime();
    private long lookAt = forgetAt;
    private long forgottenAt = forgetAt;
    private boolean blocked;
    private long lastStep;

    Sweeper(QueueOptions options, Store store, Lease lease, Wakes dispatcher, Node node) {
        this.options = options;
        this.store = store;
        this.lease = lease;
        this.dispatcher = dispatcher;
        this.node = node;
        this.forgetEvery = every(lease, FORGET_EVERY);
        this.forgottenAt += forgetEvery;
    }

    /** What is done so often with a lease of 12 s is done more often with a shorter one. */
    static long every(Lease lease, long usual) {
        return Math.min(usual, lease.lengthMillis() * usual / 10_000);
    }

    @Override
    public void run() {
        long pause = lease.roundMillis();
        try {
            do {
                round();
            } while (!stopped.await(pause, TimeUnit.MILLISECONDS));
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void round() {
        try {
            if (lease.mayBegin()) {
                release();
                forget();
                handBackForgotten();
            }
        } catch (SQLException | RuntimeException | Error failed) {
            long kept = limit.pass();
            if (kept >= 0) {
                log.warn("{}: could not tidy up, tries again ({} messages kept back)", options.name(), kept, failed);
            }
        }
    }

    private boolean goesOn() {
        return stopped.getCount() > 0 && lease.mayBegin();
    }

    private void release() throws SQLException {
        long now = System.nanoTime();
        boolean here = store.limits.hasBlocked() | toRelease;
        toRelease = false;
        if (!blocked && !here && now - lookAt < 0) {
            return;
        }
        // The claim that has put them aside may not be committed yet.
        lookAt = here ? now : now + LOOK_EVERY;
        blocked = store.transact(store.limits::anyBlocked);
        if (!blocked) {
            return;
        }
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

    /** One node suffices for it; the one that has been there longest. */
    private void forget() throws SQLException {
        if (System.nanoTime() - forgetAt < 0 || !store.transact(c -> store.nodes.isEldest(c, lease.id()))) {
            return;
        }
        long until = System.nanoTime() + SLICE;
        do {
            lastStep = store.transact(connection -> store.steps.forgetGone(connection, lastStep));
        } while (lastStep != 0 && goesOn() && System.nanoTime() - until < 0);
        store.transact(connection -> {
            store.limits.forgetUnused(connection, UNUSED_LIMIT_MILLIS);
            return true;
        });
        forgetAt = System.nanoTime() + forgetEvery;
    }

    void stop() {
        stopped.countDown();
    }
}
