package dev.headroom.queue.internal;

import dev.headroom.queue.JobQueue;
import dev.headroom.queue.QueueMeters;
import dev.headroom.queue.internal.sql.Floors;
import dev.headroom.queue.internal.sql.NodeTable;
import dev.headroom.queue.spi.RemoteWakeUp;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** This process among those that work on the queue: its threads, from start to close. */
final class Node {
    private static final Logger log = LoggerFactory.getLogger(Node.class);

    private static final Duration UNTIL_INTERRUPTED_END = Duration.ofSeconds(2);

    private final QueueOptions options;
    private final Store store;
    private final Connected connected;
    private final Lease lease;
    private final Held held = new Held();
    private final WorkerPools pools;
    private final LeasedRunner runner;
    private final Completer completer;
    private final Rewriter rewriter;
    private final Dispatcher dispatcher;
    private final Sweeper sweeper;
    private final Claims claims;
    private final @Nullable FloorSweep floorSweep;
    private final Heartbeat heartbeat;
    private final Rescuer rescuer;
    private final Housekeeper housekeeper;
    private final Counting counting;
    private final Watch watch;
    private final Wakeup wakeup;
    private final Wakes wakes;
    private final @Nullable RemoteListener listener;
    private final NodeThreads threads;
    private @Nullable Thread dispatching;
    private final LocalRuns runs;
    private volatile boolean draining;

    Node(JobQueue jobQueue, Parts parts, Wakes wakes, LoadGate gate) {
        this.options = parts.options();
        this.threads = new NodeThreads(options);
        this.store = parts.store();
        this.connected = parts.connected();
        this.wakeup = wakes.here();
        this.wakes = wakes;
        RemoteWakeUp others = options.remoteWakeUp();
        this.listener = others == null ? null : new RemoteListener(options.name(), others, wakeup::signal);
        this.lease = new Lease(options.lease());
        FailedRuns failures = new FailedRuns(options, parts.kinds());
        JobRunner jobs = new JobRunner(jobQueue, parts, failures, () -> draining);
        Settlement settlement = new Settlement(options, store, parts.kinds(), wakes::signal);
        Told told = new Told(this::written, this::lost, this::waiting);
        this.rewriter = new Rewriter(options.name(), settlement, held, told);
        this.completer = new Completer(settlement, rewriter, told);
        Floors floors = store.dialect.hasFloors() ? new Floors() : null;
        this.claims = new Claims(store, parts.kinds(), connected, options.told(), parts.pauses(), floors);
        this.runner = new LeasedRunner(parts, claims, jobs, lease, completer, told, () -> draining);
        LockRunner lockRunner =
                new LockRunner(parts, claims, jobs, failures, settlement, lease, gate, wakeup::signalAlone);
        this.pools = WorkerPools.of(parts, lockRunner::next, claims::mayBegin);
        this.dispatcher = new Dispatcher(
                options,
                store,
                connected,
                claims,
                lease,
                pools.leased(),
                held,
                gate,
                wakeup,
                !pools.locking().isEmpty());
        this.floorSweep = floors == null
                ? null
                : new FloorSweep(options, store, floors, lease, dispatcher, this::hasRoom, wakeup);
        Schedules schedules = new Schedules(store, parts.kinds(), parts.producer());
        this.sweeper = new Sweeper(options, store, lease, wakes, this);
        this.rescuer = new Rescuer(options, store, connected, lease, this, sweeper);
        this.heartbeat = new Heartbeat(options, pools.workers(claims::serves), parts, lease, this, sweeper, rescuer);
        this.housekeeper = new Housekeeper(options, store, lease, this, schedules, wakes);
        this.counting = new Counting(options, lease, parts.lengths());
        PoolSize.check(options, pools.holding(parts.kinds()));
        this.runs = parts.runs();
        runs.ranBy(this);
        this.watch = new Watch(
                options.name(),
                lease,
                () -> Stream.concat(held.all().stream(), pools.running().stream()),
                this::fenced,
                this::giveBackHoarded);
    }

    /** Jobs were cancelled; those of them that this node holds end. */
    void cancelled(Collection<Long> ids) {
        long mine = lease.id();
        for (Assignment each : held.all()) {
            if (each.job.lease() == mine && ids.contains(each.job.id())) {
                each.cancel();
            }
        }
    }

    /** The numbers of what this node holds under a lease. */
    Set<Long> running(long under) {
        return held.ids(under);
    }

    /** The database says of these jobs that this node holds them, and it did not when it was asked; those that it still does not hold are given back. */
    void forgotten(Set<Long> ids) {
        if (!ids.isEmpty()) {
            dispatcher.forgotten(ids);
            wakeup.signal();
        }
    }

    void start() {
        dispatching = threads.start("dispatcher", dispatcher);
        threads.start("completer", completer);
        threads.start("completer-again", rewriter);
        threads.start("heartbeat", heartbeat);
        threads.start("rescuer", rescuer);
        threads.start("housekeeper", housekeeper);
        threads.start("counting", counting);
        threads.start("sweeper", sweeper);
        threads.start("watch", watch);
        if (listener != null) {
            threads.start("listener", listener);
        }
        if (floorSweep != null) {
            threads.start("floors", floorSweep);
        }
        pools.start(threads, wakeup, runner::run);
    }

    private boolean hasRoom() {
        return dispatcher.hasRoom() || pools.lockHasRoom();
    }

    private void lost(int jobs) {
        connected.get().meters().counter(QueueMeters.LEASE_LOST).add(jobs);
        log.warn("{}: {} jobs ended here after their lease was lost; others run them", options.name(), jobs);
    }

    /** Whether it is the one that does what one node suffices for. */
    boolean isEldest() {
        NodeTable.Around around = heartbeat.around();
        return around != null && around.eldest() == lease.id();
    }

    /** Whether jobs were put aside by a limit, as far as was last seen. */
    boolean seesBlocked() {
        NodeTable.Around around = heartbeat.around();
        return around != null && around.blocked();
    }

    /** Jobs are ready again where they were in their queues. */
    void readyAgain() {
        claims.forgetFloors();
        wakeup.signal();
    }

    /** It has a lease: the first, or after a pause in which it has looked for nothing. */
    void registered() {
        dispatcher.lookAtAll();
        wakeup.signal();
    }

    /** Another database server answers. */
    void serverChanged() {
        claims.beginFloors();
        dispatcher.lookAtAll();
        wakeup.signal();
    }

    private void written(List<Settled> settled) {
        Set<Integer> again = settled.stream()
                .filter(each -> each.outcome() instanceof JobOutcome.Returned)
                .map(each -> each.assignment().job.queue())
                .collect(Collectors.toSet());
        boolean hungry = held.settled(settled);
        again.forEach(claims::forgetFloors);
        settled.forEach(each -> runs.settled(each.assignment().job.id()));
        if (hungry || settled.stream().anyMatch(each -> each.outcome().runsLater())) {
            // It looks for what is due, too.
            wakeup.signalAlone();
        }
        if (!again.isEmpty()) {
            // Others may have more room for them than this process.
            wakes.signal();
        }
    }

    /** Their workers need not be idle until others let go of what they have locked. */
    private void waiting(List<Settled> settled) {
        if (held.late(settled)) {
            wakeup.signalAlone();
        }
    }

    /** What this node holds is no longer its own: nothing of it begins, and what runs is interrupted. */
    void fenced() {
        long mine = lease.id();
        for (Assignment each : held.all()) {
            if (each.job.lease() != mine || lease.expired()) {
                each.interrupt(Assignment.Interruption.FENCED);
            }
        }
        pools.leased().forEach(this::giveBackWaiting);
    }

    private void giveBackWaiting(WorkerPool pool) {
        giveBack(pool.takeWaiting());
    }

    /** What was claimed ahead of short jobs and stands behind long ones is for others, or for later. */
    private void giveBackHoarded(long now) {
        pools.leased().forEach(pool -> giveBack(pool.takeStale(now)));
    }

    private void giveBack(List<Assignment> assignments) {
        assignments.forEach(each -> completer.add(new Settled(each, new JobOutcome.Returned())));
    }

    /** Claims no more, gives back what no worker has begun and lets what runs end within the time; true if all has ended. */
    boolean drain(Duration within) throws InterruptedException {
        draining = true;
        dispatcher.stop();
        pools.stopLocking(wakeup);
        if (dispatching != null) {
            dispatching.join(Math.max(1, within.toMillis()));
        }
        pools.leased().forEach(this::giveBackWaiting);
        return idle(within);
    }

    boolean isDraining() {
        return draining;
    }

    private boolean idle(Duration within) throws InterruptedException {
        long end = System.nanoTime() + within.toNanos();
        while (!isIdle() && System.nanoTime() - end < 0) {
            Thread.sleep(5);
        }
        return isIdle();
    }

    private boolean isIdle() {
        return held.isEmpty() && pools.lockIsIdle();
    }

    boolean healthy() {
        return lease.mayBegin() && (draining || threads.allAlive());
    }

    int busy(String queue) {
        return pools.busy(queue);
    }

    void close(Duration grace) {
        boolean interrupted = false;
        boolean ended = false;
        try {
            ended = drain(grace);
            if (!ended) {
                held.all().forEach(each -> each.interrupt(Assignment.Interruption.STOPPING));
                pools.running().forEach(each -> each.interrupt(Assignment.Interruption.STOPPING));
                ended = idle(UNTIL_INTERRUPTED_END);
            }
        } catch (InterruptedException e) {
            interrupted = true;
        }
        pools.close();
        completer.close();
        watch.stop();
        heartbeat.stop();
        rescuer.stop();
        housekeeper.stop();
        counting.stop();
        sweeper.stop();
        if (listener != null) {
            listener.stop();
        }
        if (floorSweep != null) {
            floorSweep.stop();
        }
        interrupted |= threads.join(UNTIL_INTERRUPTED_END.toMillis());
        leave(ended);
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    // A node that still runs jobs keeps its row: others take them when the lease has run out, not while they run.
    private void leave(boolean ended) {
        long mine = lease.id();
        lease.revoked();
        if (!ended) {
            log.warn(
                    "{}: {} jobs did not end in time; others run them when this node's lease has run out",
                    options.name(),
                    held.all().size());
        } else if (mine != 0) {
            try {
                boolean handedBack = store.transact(connection -> {
                    // Claimed while the workers left: nothing of it runs here.
                    Set<Long> late = held.ids(mine);
                    if (!late.isEmpty()) {
                        store.jobs.handBack(connection, mine, late);
                    }
                    store.nodes.remove(connection, mine);
                    return !late.isEmpty();
                });
                if (handedBack) {
                    wakes.signal();
                }
            } catch (SQLException e) {
                log.warn("{}: node {} could not sign off; its lease runs out by itself", options.name(), mine, e);
            }
        }
    }
}
