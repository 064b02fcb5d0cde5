package dev.headroom.queue.internal;

import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The jobs that this node holds: waiting, running, or with an outcome that is not written yet. One job may be here twice, when its lease
 * was lost and it was claimed again before its old run ended. Thread-safe.
 */
final class Held {
    private final Map<Assignment, WorkerPool> pools = new ConcurrentHashMap<>();

    void add(WorkerPool pool, List<Assignment> claimed) {
        claimed.forEach(each -> pools.put(each, pool));
    }

    /** Lets jobs go whose outcome is written; true if one of their pools wants more. */
    boolean settled(Collection<Settled> written) {
        boolean hungry = false;
        for (Settled each : written) {
            WorkerPool pool = pools.remove(each.assignment());
            if (pool != null) {
                pool.settled(each.assignment());
                hungry |= pool.hungry();
            }
        }
        return hungry;
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
