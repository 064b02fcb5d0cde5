package dev.headroom.queue.internal;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/** How often something befell a job in this process, of the jobs whom it befell last. Thread-safe. */
final class Times {
    private static final int MOST_JOBS = 1_000;

    private final ReentrantLock lock = new ReentrantLock();
    private final Map<Long, Integer> times = new LinkedHashMap<>(16, 0.75f, true);

    /** It did once more; returns how often it has. */
    int again(long job) {
        lock.lock();
        try {
            int now = times.merge(job, 1, Integer::sum);
            if (times.size() > MOST_JOBS) {
                times.remove(times.keySet().iterator().next());
            }
            return now;
        } finally {
            lock.unlock();
        }
    }

    /** What befalls the job from now on is counted anew. */
    void forget(long job) {
        lock.lock();
        try {
            times.remove(job);
        } finally {
            lock.unlock();
        }
    }
}
