package dev.headroom.cache.internal;

import dev.headroom.cache.spi.SharedLease;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.DelayQueue;
import java.util.concurrent.Delayed;
import java.util.concurrent.TimeUnit;

/**
 * Leases that this JVM gives back to one node after a while, those that are due together: of a load that failed no more than its lease is kept. Of too many the later
 * ones are not: they are taken over by others once their holder shows no sign of life.
 */
final class Releases {
    private static final int TOGETHER = 1000;
    private static final int MOST = 10_000;

    private final Home home;
    private final DelayQueue<Later> waiting = new DelayQueue<>();

    Releases(Home home) {
        this.home = home;
    }

    void add(Collection<SharedLease> leases, Duration pause) {
        long due = System.nanoTime() + pause.toNanos();
        for (SharedLease lease : leases) {
            if (waiting.size() < MOST) {
                waiting.add(new Later(due, lease));
            }
        }
    }

    /** Gives back what is due. */
    void release() {
        List<Later> due = new ArrayList<>();
        while (waiting.drainTo(due, TOGETHER) > 0) {
            List<SharedLease> leases = due.stream().map(Later::lease).toList();
            due.clear();
            home.run(node -> node.releaseAll(leases));
        }
    }

    private record Later(long due, SharedLease lease) implements Delayed {
        @Override
        public long getDelay(TimeUnit unit) {
            return unit.convert(due - System.nanoTime(), TimeUnit.NANOSECONDS);
        }

        @Override
        public int compareTo(Delayed other) {
            return Long.signum(due - ((Later) other).due);
        }
    }
}
