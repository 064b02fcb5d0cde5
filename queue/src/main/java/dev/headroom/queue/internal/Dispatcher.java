package dev.headroom.queue.internal;

import dev.headroom.load.LoadFeedback;
import dev.headroom.load.Pacer;
import dev.headroom.queue.QueueMeters;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
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
    private static final int PROMOTED_AT_ONCE = 1_000;

    private final QueueOptions options;
    private final Store store;
    private final Connected connected;
    private final Claims claims;
    private final Lease lease;
    private final List<WorkerPool> pools;
    private final Held held;
    private final LoadGate gate;
    private final Wakeup wakeup;
    private final LogLimit limit = new LogLimit();
    private volatile boolean stopped;
    private long pause = SHORTEST_PAUSE;
    private boolean unsure;
    private final AtomicReference<Set<Long>> toHandBack = new AtomicReference<>(Set.of());
    private boolean heldBack;
    private @Nullable Long dueAt;
    private long promotedAt;
    private final Map<String, Pacer> pacers = new HashMap<>();

    /** Permits that no job was found for; no more than workers want, as they are asked for only then. */
    private final Map<String, Integer> spared = new HashMap<>();

    private boolean busy;
    private int first;

    Dispatcher(
            QueueOptions options,
            Store store,
            Connected connected,
            Claims claims,
            Lease lease,
            List<WorkerPool> pools,
            Held held,
            LoadGate gate,
            Wakeup wakeup) {
        this.options = options;
        this.store = store;
        this.connected = connected;
        this.claims = claims;
        this.lease = lease;
        this.pools = pools;
        this.held = held;
        this.gate = gate;
        this.wakeup = wakeup;
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
        long kept = limit.pass();
        if (kept >= 0) {
            log.warn("{}: could not claim jobs, tries again ({} messages kept back)", options.name(), kept, failed);
        }
        try {
            wakeup.pause(pause);
        } catch (InterruptedException interrupted) {
            stopped = true;
        }
    }

    private long pauseMillis() {
        long wanted = pause;
        pause = Math.min(options.pollInterval().toMillis(), pause * 2);
        if (heldBack) {
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
        double[] factors = gate.factors();
        heldBack = false;
        boolean more = false;
        first++;
        for (int i = 0; i < pools.size() && !stopped; i++) {
            more |= feed(pools.get((first + i) % pools.size()), factors);
        }
        // After the claims: a job that is ready does not wait for it.
        if (!busy || System.nanoTime() - promotedAt > PROMOTE_EVERY || isDue()) {
            more |= promote();
        }
        if (more) {
            pause = SHORTEST_PAUSE;
        }
        busy = more;
        return more;
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
        promotedAt = System.nanoTime();
        Promoted promoted = store.transact(connection -> {
            OptionalLong next = store.jobs.millisUntilDue(connection);
            if (next.isEmpty() || next.getAsLong() > 0) {
                return new Promoted(0, next);
            }
            int count = store.dialect.promoteDue(connection, PROMOTED_AT_ONCE);
            return new Promoted(count, store.jobs.millisUntilDue(connection));
        });
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

    private boolean feed(WorkerPool pool, double[] factors) throws SQLException {
        int wanted = claims.serves(pool.queue) ? pool.appetite() : 0;
        int room = wanted == 0 ? 0 : permitted(pool, wanted);
        if (room == 0) {
            return false;
        }
        int atFullSpeed = 0;
        int claimed = 0;
        int begun = 0;
        for (int criticality = 0; criticality < factors.length; criticality++) {
            if (factors[criticality] == 1) {
                atFullSpeed |= 1 << criticality;
            }
        }
        boolean more = false;
        if (atFullSpeed != 0) {
            Claims.Claimed jobs = claim(pool, atFullSpeed, room);
            claimed = jobs.found();
            begun = jobs.admitted().size();
            more = claimed == room;
        }
        for (int criticality = 0; criticality < factors.length; criticality++) {
            if (factors[criticality] < 1) {
                heldBack = true;
                int few = Math.min(room - claimed, slowed(pool, criticality, factors[criticality]));
                if (few > 0) {
                    Claims.Claimed jobs = claim(pool, 1 << criticality, few);
                    claimed += jobs.found();
                    begun += jobs.admitted().size();
                }
            }
        }
        // What was put aside did not begin: its permits are for others.
        int taken = begun;
        spared.computeIfPresent(pool.queue, (queue, permits) -> Math.max(0, permits - taken));
        pool.hungry(more);
        return more;
    }

    /** How many of these jobs a queue's pacer lets begin now; it is asked again soon. */
    private int permitted(WorkerPool pool, int wanted) {
        Function<LoadFeedback, Pacer> make = options.pacers().get(pool.queue);
        if (make == null) {
            return wanted;
        }
        Pacer pacer = pacers.computeIfAbsent(pool.queue, queue -> make.apply(gate.others()));
        int permitted = spared.getOrDefault(pool.queue, 0);
        while (permitted < wanted && pacer.tryAcquire()) {
            permitted++;
        }
        heldBack |= permitted < wanted;
        spared.put(pool.queue, permitted);
        return Math.min(permitted, wanted);
    }

    private int slowed(WorkerPool pool, int criticality, double factor) {
        meters(QueueMeters.HELD_BACK, "advice", factor == 0 ? "stop" : "slow");
        return factor == 0 ? 0 : pool.appetite(criticality, factor);
    }

    private void meters(String name, String key, String value) {
        connected.get().meters().counter(name, key, value).increment();
    }

    private Claims.Claimed claim(WorkerPool pool, int criticalities, int room) throws SQLException {
        long begun = System.nanoTime();
        String result = "failed";
        try {
            Claims.Claimed claimed = claims.claim(lease.id(), pool.queue, pool.number, criticalities, room);
            result = claimed.found() == 0 ? "none" : "jobs";
            held.add(pool, claimed.admitted());
            pool.accept(claimed.admitted());
            return claimed;
        } finally {
            connected.get().meters().timer(QueueMeters.CLAIM, "result", result).recordNanos(System.nanoTime() - begun);
        }
    }

    void stop() {
        stopped = true;
        wakeup.signal();
    }
}
