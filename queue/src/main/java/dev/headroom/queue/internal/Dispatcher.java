package dev.headroom.queue.internal;

import dev.headroom.queue.internal.sql.JobTable;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Claims jobs for all pools of this node, on one thread. It looks for work when it is told of some, when a job that it knows of is due,
 * when workers have room and the last claim left something behind, and otherwise at pauses that grow from 20 ms to the poll interval.
 */
final class Dispatcher implements Runnable {
    private static final Logger log = LoggerFactory.getLogger(Dispatcher.class);
    private static final long SHORTEST_PAUSE = 20;
    private static final long LONGEST_PAUSE_AFTER_FAILURE = 1_000;
    private static final long LOAD_PAUSE = 100;
    private static final long PROMOTE_EVERY = 250_000_000;

    /** What woke it is ready as a rule: of a stream of jobs not each one has it look for what is due. The pause after it is no longer. */
    private static final long PROMOTE_WHEN_WOKEN_EVERY = SHORTEST_PAUSE * 1_000_000;

    /** So often, for whoever counts what is ready, where no worker could take it. */
    private static final long PROMOTE_FOR_NOBODY_EVERY = 15_000_000_000L;

    private static final int PROMOTED_AT_ONCE = 1_000;

    private final QueueOptions options;
    private final Store store;
    private final Claims claims;
    private final Lease lease;
    private final List<WorkerPool> pools;
    private final Held held;
    private final Feeder feeder;
    private final Wakeup wakeup;
    private final boolean promotesForOthers;
    private final LogLimit limit = new LogLimit();
    private volatile boolean stopped;
    private long pause = SHORTEST_PAUSE;
    private boolean unsure;
    private final DueWindow window = new DueWindow(System::nanoTime);
    private final AtomicReference<Set<Long>> toHandBack = new AtomicReference<>(Set.of());
    private @Nullable Long dueAt;
    private long promotedAt = System.nanoTime() - PROMOTE_FOR_NOBODY_EVERY;
    private boolean busy;
    private int first;

    /** @param promotesForOthers whether others of this process take what is ready, too */
    Dispatcher(
            QueueOptions options,
            Store store,
            Connected connected,
            Claims claims,
            Lease lease,
            List<WorkerPool> pools,
            Held held,
            LoadGate gate,
            Wakeup wakeup,
            boolean promotesForOthers) {
        this.options = options;
        this.store = store;
        this.claims = claims;
        this.lease = lease;
        this.pools = pools;
        this.held = held;
        this.feeder = new Feeder(options, connected, claims, lease, held, gate);
        this.wakeup = wakeup;
        this.promotesForOthers = promotesForOthers;
    }

    @Override
    public void run() {
        while (!stopped) {
            try {
                boolean more = pass();
                if (!more && wakeup.pause(pauseMillis())) {
                    pause = SHORTEST_PAUSE;
                }
            } catch (SQLException | RuntimeException | Error failed) {
                failed(failed);
            } catch (InterruptedException interrupted) {
                return;
            }
        }
    }

    private void failed(Throwable failed) {
        // A claim whose commit was cut off may have happened: its jobs are looked for before the next one.
        unsure = true;
        pause = Math.min(LONGEST_PAUSE_AFTER_FAILURE, Math.max(100, pause * 2));
        limit.quietly(kept -> log.warn(
                "{}: could not claim jobs, tries again ({} messages kept back)", options.name(), kept, failed));
        try {
            wakeup.pause(pause);
        } catch (InterruptedException interrupted) {
            stopped = true;
        }
    }

    private long pauseMillis() {
        long wanted = pause;
        pause = Math.min(options.pollInterval().toMillis(), pause * 2);
        if (feeder.heldBack()) {
            wanted = Math.min(wanted, LOAD_PAUSE);
        }
        Long due = dueAt;
        if (due != null) {
            wanted = Math.min(wanted, Math.max(1, (due - System.nanoTime()) / 1_000_000 + 1));
        }
        return wanted;
    }

    /** Claims what there is room for; true if there may be more at once. */
    private boolean pass() throws SQLException {
        if (!lease.mayBegin()) {
            return false;
        }
        Set<Long> forgotten = toHandBack.getAndSet(Set.of());
        if (unsure) {
            handBackUnknown();
            unsure = false;
        } else if (!forgotten.isEmpty()) {
            handBack(forgotten);
        }
        // Before it looks for room: whoever settles a job from here on wakes this thread, if its pool is hungry.
        pools.forEach(WorkerPool::appetite);
        if (!promotesForOthers
                && !hasRoom()
                && !isDue()
                && !window.looksAtAll()
                && System.nanoTime() - promotedAt < PROMOTE_FOR_NOBODY_EVERY) {
            busy = false;
            return false;
        }
        double[] factors = feeder.begin();
        boolean more = false;
        first++;
        for (int i = 0; i < pools.size() && !stopped; i++) {
            more |= feeder.feed(pools.get((first + i) % pools.size()), factors);
        }
        // After the claims: a job that is ready does not wait for it.
        if (System.nanoTime() - promotedAt > (busy ? PROMOTE_EVERY : PROMOTE_WHEN_WOKEN_EVERY) || isDue()) {
            more |= promote();
        }
        if (more) {
            pause = SHORTEST_PAUSE;
        }
        busy = more;
        return more;
    }

    /** Whether a worker is free for what may be there. */
    boolean hasRoom() {
        return pools.stream().anyMatch(feeder::hasRoom);
    }

    /** Jobs may have been due for so long that the dispatcher passes them by, with the dead entries that are before them. */
    void lookForLate() throws SQLException {
        OptionalLong due = store.transact(connection -> store.jobs.millisUntilDue(connection, JobTable.ANY_TIME));
        if (due.isPresent() && due.getAsLong() < -DueWindow.MARGIN_MILLIS) {
            lookAtAll();
            wakeup.signal();
        }
    }

    /** The next look for what is due finds all of it. */
    void lookAtAll() {
        window.lookAtAll();
    }

    private boolean isDue() {
        Long due = dueAt;
        return due != null && System.nanoTime() - due >= 0;
    }

    /** Jobs that this node may hold without knowing of them: on this thread, which alone claims any, that is certain. */
    void forgotten(Set<Long> ids) {
        toHandBack.set(Set.copyOf(ids));
    }

    private void handBackUnknown() throws SQLException {
        long mine = lease.id();
        store.transact(connection -> {
            handBack(connection, mine, store.jobs.heldUnder(connection, mine));
            return true;
        });
        claims.forgetFloors();
    }

    private void handBack(Set<Long> ids) throws SQLException {
        long mine = lease.id();
        int unknown = store.transact(connection -> handBack(connection, mine, ids));
        claims.forgetFloors();
        if (unknown > 0) {
            log.warn("{}: {} jobs run again whose ends the database has lost", options.name(), unknown);
        }
    }

    private int handBack(Connection connection, long mine, Set<Long> ids) throws SQLException {
        Set<Long> unknown = new HashSet<>(ids);
        unknown.removeAll(held.ids(mine));
        return unknown.isEmpty() ? 0 : store.jobs.handBack(connection, mine, unknown);
    }

    private record Promoted(int count, OptionalLong millisUntilNext) {}

    /** Makes what is due ready, a part of it at a time: claims go on in between. Returns whether there was anything. */
    private boolean promote() throws SQLException {
        long before = promotedAt;
        promotedAt = System.nanoTime();
        DueWindow.Look look = window.begin();
        Promoted promoted;
        try {
            boolean all = look.all() || !store.dialect.hasFloors();
            promoted = promote(all ? JobTable.ANY_TIME : look.overdueMillis());
        } catch (SQLException | RuntimeException | Error failed) {
            window.failed(look);
            promotedAt = before;
            throw failed;
        }
        window.ended(look, promoted.count() == PROMOTED_AT_ONCE);
        if (promoted.count() > 0) {
            wakeup.passOn();
        }
        boolean more = promoted.count() > 0;
        OptionalLong millis = promoted.millisUntilNext();
        // What is due and was left is locked by somebody.
        long soonest = more ? 0 : SHORTEST_PAUSE;
        dueAt = millis.isPresent() ? System.nanoTime() + Math.max(soonest, millis.getAsLong()) * 1_000_000 : null;
        return more;
    }

    private Promoted promote(long overdueMillis) throws SQLException {
        return store.transact(connection -> {
            OptionalLong next = store.jobs.millisUntilDue(connection, overdueMillis);
            if (next.isEmpty() || next.getAsLong() > 0) {
                return new Promoted(0, next);
            }
            int count = store.dialect.promoteDue(connection, PROMOTED_AT_ONCE, overdueMillis);
            return new Promoted(count, store.jobs.millisUntilDue(connection, overdueMillis));
        });
    }

    void stop() {
        stopped = true;
        wakeup.signal();
    }
}
