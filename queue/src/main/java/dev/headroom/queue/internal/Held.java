package dev.headroom.queue.internal;

import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The jobs that this node holds: waiting, running, or with an outcome that is not written yet. One job may be here twice, when its lease
 * was lost and it was claimed again before its old run ended. Thread-safe.
 */
final class Held {
    /** So many milliseconds it is waited for the end of a claim: who waits may hold what it needs. */
    private static final long LONGEST_WAIT = 50;

    /** Held from before a claim until what it gave is known here. */
    final ReentrantLock claiming = new ReentrantLock();

    private final Map<Assignment, WorkerPool> pools = new ConcurrentHashMap<>();

    /** Those whose places are free, though their outcomes are not written. */
    private final Set<Assignment> late = ConcurrentHashMap.newKeySet();

    void add(WorkerPool pool, List<Assignment> claimed) {
        claimed.forEach(each -> pools.put(each, pool));
    }

    /** Lets jobs go whose outcome is written; true if one of their pools wants more. */
    boolean settled(Collection<Settled> written) {
        boolean hungry = false;
        for (Settled each : written) {
            WorkerPool pool = pools.remove(each.assignment());
            if (pool != null) {
                if (late.remove(each.assignment())) {
                    pool.settledLate();
                } else {
                    pool.settled(each.assignment());
                }
                hungry |= pool.hungry();
            }
        }
        return hungry;
    }

    /** Frees the places of jobs that have run and whose outcome waits for others, as far as their pools let it; true if one of those wants more. */
    boolean late(Collection<Settled> waiting) {
        boolean hungry = false;
        for (Settled each : waiting) {
            Assignment assignment = each.assignment();
            WorkerPool pool = pools.get(assignment);
            if (pool != null && !late.contains(assignment) && pool.late(assignment)) {
                late.add(assignment);
                hungry |= pool.hungry();
            }
        }
        return hungry;
    }

    /**
     * Those of these whose jobs were claimed anew under the same lease: their outcome is in the database. Nothing is claimed from then on until
     * {@link #claimsGoOn}, by the same thread; null if a claim takes long just now.
     */
    @Nullable List<Settled> claimedAgain(Collection<Settled> doubtful) {
        if (!claimsStop()) {
            return null;
        }
        Set<Long> ids =
                doubtful.stream().map(each -> each.assignment().job.id()).collect(Collectors.toSet());
        List<Assignment> same = pools.keySet().stream()
                .filter(each -> ids.contains(each.job.id()))
                .toList();
        Predicate<Assignment> again = old -> same.stream()
                .anyMatch(each -> each.job.id() == old.job.id()
                        && each.job.lease() == old.job.lease()
                        && each.claimedAt - old.claimedAt > 0);
        return doubtful.stream().filter(each -> again.test(each.assignment())).toList();
    }

    private boolean claimsStop() {
        try {
            return claiming.isHeldByCurrentThread() || claiming.tryLock(LONGEST_WAIT, TimeUnit.MILLISECONDS);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Ends what {@link #claimedAgain} may have begun. */
    void claimsGoOn() {
        if (claiming.isHeldByCurrentThread()) {
            claiming.unlock();
        }
    }

    /** The numbers of those held under this lease. */
    Set<Long> ids(long lease) {
        Set<Long> ids = new HashSet<>();
        for (Assignment each : pools.keySet()) {
            if (each.job.lease() == lease) {
                ids.add(each.job.id());
            }
        }
        return ids;
    }

    List<Assignment> all() {
        return List.copyOf(pools.keySet());
    }

    boolean isEmpty() {
        return pools.isEmpty();
    }
}
