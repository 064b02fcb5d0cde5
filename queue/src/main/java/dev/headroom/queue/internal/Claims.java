package dev.headroom.queue.internal;

import dev.headroom.consistency.ConsistencyToken;
import dev.headroom.queue.internal.sql.Allowance;
import dev.headroom.queue.internal.sql.Claim;
import dev.headroom.queue.internal.sql.ClaimedJob;
import dev.headroom.queue.internal.sql.Floors;
import dev.headroom.queue.internal.sql.Lanes;
import dev.headroom.queue.internal.sql.LockedJob;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Claims jobs in one transaction: takes them in their order, puts those aside that are beyond their limit. Thread-safe. */
final class Claims {
    static final int ALL_CRITICALITIES = 0b1111;

    private final Store store;
    private final Kinds kinds;
    private final Connected connected;
    private final Set<String> told;
    private final Pauses pauses;
    private final @Nullable Floors floors;
    private final Map<Integer, Integer> lastLanes = new ConcurrentHashMap<>();
    private final LockedPlaces places = new LockedPlaces();
    private final LanesSeen lanes = new LanesSeen(System::nanoTime);

    /**
     * @param told the queues that are claimed from though no handler of theirs is here
     * @param pauses the queues of which no job begins
     * @param floors where claims need not look, null if they look everywhere
     */
    Claims(Store store, Kinds kinds, Connected connected, Set<String> told, Pauses pauses, @Nullable Floors floors) {
        this.store = store;
        this.told = told;
        this.pauses = pauses;
        this.kinds = kinds;
        this.connected = connected;
        this.floors = floors;
    }

    /** Whether jobs of a queue are for this process: it has a handler of one, or was told to have workers for it. */
    boolean serves(String queue) {
        return kinds.serves(queue) || told.contains(queue);
    }

    /** Whether jobs of a queue begin here now. */
    boolean begins(Share share) {
        return serves(share.queue) && mayBegin(share);
    }

    /** Whether a job of a queue that this process serves may begin now. */
    boolean mayBegin(Share share) {
        return pauses.mayBegin(share);
    }

    /** What a claim found, and what of it may run. */
    record Claimed(int found, List<Assignment> admitted) {}

    Claimed claim(long lease, Share share, int criticalities, int limit) throws SQLException {
        String queue = share.queue;
        int number = share.number;
        lookForLanes(queue, number);
        int after = takeTurns(queue) ? lastLanes.getOrDefault(number, 0) : Claim.NO_TURNS;
        Floors.Pass pass = floors == null || after != Claim.NO_TURNS ? null : floors.pass(number);
        Claimed claimed = claimed(share, new Claim(lease, number, criticalities, limit, after, pass));
        if (floors != null && pass != null) {
            floors.committed(pass);
        }
        return claimed;
    }

    /** Has the caller's transaction lock jobs, in the order in which they are to run. */
    Locked lock(Connection connection, long lease, Share share, int criticalities, int limit) throws SQLException {
        String queue = share.queue;
        int number = share.number;
        int after = takeTurns(queue) ? lastLanes.getOrDefault(number, 0) : Claim.NO_TURNS;
        Floors.Pass pass = floors == null || after != Claim.NO_TURNS ? null : floors.pass(number);
        long[] behind = pass == null ? null : places.behind(number);
        if (pass != null && behind != null) {
            pass.behind(behind);
        }
        Claim claim = new Claim(lease, number, criticalities, limit, after, pass);
        List<LockedJob> jobs = store.dialect.lock(connection, claim);
        if (jobs.isEmpty() && floors != null && pass != null && pass.isPartial()) {
            claim = new Claim(lease, number, criticalities, limit, after, floors.pass(number));
            jobs = store.dialect.lock(connection, claim);
        }
        if (jobs.isEmpty()) {
            Locked none = new Locked(claim, jobs, List.of());
            unlocked(none, 0);
            return none;
        }
        ConsistencyToken token = connected.get().consistency().capture(connection);
        List<Assignment> assignments = new ArrayList<>();
        jobs.forEach(each -> assignments.add(new Assignment(share, each.job(), token)));
        Locked locked = new Locked(claim, jobs, assignments);
        if (pass != null) {
            places.locked(number, locked, jobs);
        }
        return locked;
    }

    /** Jobs that a transaction has locked, and as what they run. */
    record Locked(Claim claim, List<LockedJob> jobs, List<Assignment> assignments) {}

    /** The transaction has ended: the first so many are gone, the others where they were. */
    void unlocked(Locked locked, int gone) {
        List<LockedJob> jobs = locked.jobs();
        Claim claim = locked.claim();
        places.unlocked(claim.queue(), locked, gone < jobs.size());
        if (gone > 0) {
            lastLanes.put(claim.queue(), jobs.get(gone - 1).job().lane());
        }
        Floors.Pass pass = claim.pass();
        if (floors == null || pass == null) {
            return;
        }
        boolean all = gone == jobs.size() && gone < claim.limit();
        if (gone > 0 || all) {
            pass.took(
                    claim.criticalities(), gone, all ? null : jobs.get(gone - 1).place());
            floors.committed(pass);
        }
        if (gone < jobs.size()) {
            floors.left(
                    claim.queue(),
                    jobs.subList(gone, jobs.size()).stream()
                            .map(LockedJob::place)
                            .toList());
        }
    }

    private boolean takeTurns(String queue) {
        return kinds.takeTurns(queue) || lanes.any(queue);
    }

    /** Processes of other code may have handlers with turns: whoever has no lane must not come first here for ever. */
    private void lookForLanes(String queue, int number) throws SQLException {
        if (!kinds.takeTurns(queue) && lanes.wantsLook(queue)) {
            lanes.looked(queue, store.transact(connection -> Lanes.any(connection, number)));
        }
    }

    /** Another server answers. */
    void beginFloors() {
        if (floors != null) {
            floors.begin();
        }
    }

    /** Jobs of a queue went back to where they were in it. */
    void forgetFloors(int queue) {
        if (floors != null) {
            floors.forget(queue);
        }
    }

    /** Jobs of this node's went back to where they were in their queues. */
    void forgetFloors() {
        if (floors != null) {
            floors.forget();
        }
    }

    // The token is asked for after the claim and before its commit: it covers what the claim has seen, and when it
    // can't be had
    // nothing is claimed.
    private Claimed claimed(Share share, Claim claim) throws SQLException {
        return store.transact(connection -> {
            List<ClaimedJob> jobs = store.dialect.claim(connection, claim);
            if (jobs.isEmpty()) {
                return new Claimed(0, List.of());
            }
            lastLanes.put(claim.queue(), jobs.get(jobs.size() - 1).lane());
            List<ClaimedJob> admitted = store.limits.admit(connection, jobs, this::allowance);
            ConsistencyToken token = connected.get().consistency().capture(connection);
            List<Assignment> assignments = new ArrayList<>();
            admitted.forEach(job -> assignments.add(new Assignment(share, job, token)));
            return new Claimed(jobs.size(), assignments);
        });
    }

    private @Nullable Allowance allowance(String name) {
        Kind kind = kinds.find(name);
        Limits limits = kind == null ? null : kind.limits();
        return limits == null ? null : limits.allowance();
    }
}
