package dev.headroom.queue.internal;

import dev.headroom.load.LoadFeedback;
import dev.headroom.load.Pacer;
import dev.headroom.queue.QueueMeters;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Claims for one pool of workers what it has room for: as load feedback lets each criticality, as a queue's pacer permits, and in weighted turns
 * where queues share the pool. On the dispatcher's thread alone.
 */
final class Feeder {
    private final QueueOptions options;
    private final Connected connected;
    private final Claims claims;
    private final Lease lease;
    private final Held held;
    private final LoadGate gate;
    private final Map<String, Pacer> pacers = new HashMap<>();

    /** Permits that no job was found for; no more than workers want, as they are asked for only then. */
    private final Map<String, Integer> spared = new HashMap<>();

    private boolean heldBack;

    Feeder(QueueOptions options, Connected connected, Claims claims, Lease lease, Held held, LoadGate gate) {
        this.options = options;
        this.connected = connected;
        this.claims = claims;
        this.lease = lease;
        this.held = held;
        this.gate = gate;
    }

    /** A pass over all pools begins; returns the share of full speed by criticality. */
    double[] begin() {
        heldBack = false;
        return gate.factors();
    }

    /** Whether jobs that may be there were left since the pass began, which may run soon. */
    boolean heldBack() {
        return heldBack;
    }

    /** Whether a pool has room for what it may find. */
    boolean hasRoom(WorkerPool pool) {
        return pool.hasRoom() && pool.shares.stream().anyMatch(claims::begins);
    }

    /** Claims for a pool; true if there may be more at once. */
    boolean feed(WorkerPool pool, double[] factors) throws SQLException {
        List<Share> open = new ArrayList<>();
        for (Share each : pool.shares) {
            if (claims.begins(each)) {
                open.add(each);
            }
        }
        int room = open.isEmpty() ? 0 : pool.appetite();
        if (room == 0) {
            return false;
        }
        boolean more = open.size() == 1
                ? feed(pool, open.get(0), factors, room, pool::accept).full()
                : share(pool, open, factors, room);
        pool.hungry(more);
        return more;
    }

    /** What is left by queues without work is for the others. */
    private boolean share(WorkerPool pool, List<Share> open, double[] factors, int room) throws SQLException {
        int left = room;
        while (left > 0 && !open.isEmpty()) {
            List<List<Assignment>> claimed = new ArrayList<>();
            try {
                for (Map.Entry<Share, Integer> each :
                        WeightedTurns.draw(open, left).entrySet()) {
                    Fed fed = feed(pool, each.getKey(), factors, each.getValue(), claimed::add);
                    left -= fed.found();
                    if (fed.found() < each.getValue()) {
                        open.remove(each.getKey());
                        WeightedTurns.forgo(each.getKey());
                    }
                }
            } finally {
                pool.accept(mixed(claimed));
            }
        }
        return left == 0;
    }

    /** Spread over one another: of short jobs hundreds are claimed at once. */
    private static List<Assignment> mixed(List<List<Assignment>> claimed) {
        if (claimed.size() == 1) {
            return claimed.get(0);
        }
        record At(double place, Assignment assignment) {}
        List<At> all = new ArrayList<>();
        for (List<Assignment> each : claimed) {
            for (int i = 0; i < each.size(); i++) {
                all.add(new At((i + 0.5) / each.size(), each.get(i)));
            }
        }
        all.sort(Comparator.comparingDouble(At::place));
        return all.stream().map(At::assignment).toList();
    }

    /**
     * What was claimed of one queue.
     *
     * @param full whether there may be more at once
     */
    private record Fed(int found, boolean full) {}

    private Fed feed(WorkerPool pool, Share share, double[] factors, int wanted, Consumer<List<Assignment>> accept)
            throws SQLException {
        int room = permitted(share.queue, wanted);
        if (room == 0) {
            return new Fed(0, false);
        }
        int atFullSpeed = 0;
        int claimed = 0;
        int begun = 0;
        for (int criticality = 0; criticality < factors.length; criticality++) {
            if (factors[criticality] == 1) {
                atFullSpeed |= 1 << criticality;
            }
        }
        boolean full = false;
        if (atFullSpeed != 0) {
            Claims.Claimed jobs = claim(pool, share, atFullSpeed, room);
            accept.accept(jobs.admitted());
            claimed = jobs.found();
            begun = jobs.admitted().size();
            full = claimed == room;
        }
        for (int criticality = 0; criticality < factors.length; criticality++) {
            if (factors[criticality] < 1) {
                heldBack = true;
                int few = Math.min(room - claimed, slowed(pool, criticality, factors[criticality]));
                if (few > 0) {
                    Claims.Claimed jobs = claim(pool, share, 1 << criticality, few);
                    accept.accept(jobs.admitted());
                    claimed += jobs.found();
                    begun += jobs.admitted().size();
                }
            }
        }
        // What was put aside did not begin: its permits are for others.
        int taken = begun;
        spared.computeIfPresent(share.queue, (queue, permits) -> Math.max(0, permits - taken));
        return new Fed(claimed, full);
    }

    /** How many of these jobs a queue's pacer lets begin now; it is asked again soon. */
    private int permitted(String queue, int wanted) {
        Function<LoadFeedback, Pacer> make = options.pacers().get(queue);
        if (make == null) {
            return wanted;
        }
        Pacer pacer = pacers.computeIfAbsent(queue, unknown -> make.apply(gate.others()));
        int permitted = spared.getOrDefault(queue, 0);
        while (permitted < wanted && pacer.tryAcquire()) {
            permitted++;
        }
        heldBack |= permitted < wanted;
        spared.put(queue, permitted);
        return Math.min(permitted, wanted);
    }

    private int slowed(WorkerPool pool, int criticality, double factor) {
        connected
                .get()
                .meters()
                .counter(QueueMeters.HELD_BACK, "advice", factor == 0 ? "stop" : "slow")
                .increment();
        return factor == 0 ? 0 : pool.appetite(criticality, factor);
    }

    private Claims.Claimed claim(WorkerPool pool, Share share, int criticalities, int room) throws SQLException {
        long begun = System.nanoTime();
        String result = "failed";
        held.claiming.lock();
        try {
            Claims.Claimed claimed = claims.claim(lease.id(), share, criticalities, room);
            result = claimed.found() == 0 ? "none" : "jobs";
            held.add(pool, claimed.admitted());
            pool.count(claimed.admitted());
            return claimed;
        } finally {
            held.claiming.unlock();
            connected.get().meters().timer(QueueMeters.CLAIM, "result", result).recordNanos(System.nanoTime() - begun);
        }
    }
}
