package dev.headroom.queue.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * The workers of a process.
 *
 * @param leased those whose jobs a lease holds
 * @param locking those whose jobs are locked by the transactions that run them
 */
record WorkerPools(List<WorkerPool> leased, List<LockPool> locking) {
    /**
     * Pools for the queues of which this process has handlers, or was told to have workers: what else is in the database is for others.
     *
     * @param open whether jobs of a queue may begin now
     */
    static WorkerPools of(Parts parts, LockPool.Work work, Predicate<Share> open) {
        QueueOptions options = parts.options();
        List<WorkerPool> leased = new ArrayList<>();
        List<LockPool> locking = new ArrayList<>();
        List<Share> shared = new ArrayList<>();
        for (String queue : served(parts)) {
            int number = parts.names().number(queue);
            int workers = options.workersOf(queue);
            Integer weight = options.weights().get(queue);
            if (weight != null) {
                shared.add(new Share(queue, number, weight));
            } else if (workers > 0) {
                Share share = new Share(queue, number, 1);
                if (parts.kinds().locks(queue)) {
                    locking.add(
                            new LockPool(share, workers, options.pollInterval().toMillis(), work, open));
                } else {
                    leased.add(new WorkerPool(queue, List.of(share), workers));
                }
            }
        }
        if (!shared.isEmpty() && options.sharedWorkers() > 0) {
            leased.add(new WorkerPool("shared", shared, options.sharedWorkers()));
        }
        return new WorkerPools(List.copyOf(leased), List.copyOf(locking));
    }

    private static Set<String> served(Parts parts) {
        Set<String> served = new TreeSet<>(parts.names().all());
        // Other components give their handlers, which are all in this one, when they like.
        served.removeIf(queue -> !queue.equals(QueueNames.DEFAULT)
                && !parts.options().told().contains(queue)
                && !parts.kinds().serves(queue));
        return served;
    }

    void start(NodeThreads threads, Wakeup wakeup, Consumer<Assignment> run) {
        for (LockPool pool : locking) {
            wakeup.also(pool.wakeup);
            pool.start(threads.workers(pool.queue));
        }
        for (WorkerPool pool : leased) {
            pool.start(threads.workers(pool.name), run);
        }
    }

    /** How many jobs run at once where there is code for them. */
    int workers(Predicate<String> serves) {
        return locked() + workersOfAny(serves);
    }

    /** How many jobs hold a connection each while they run. */
    int holding(Kinds kinds) {
        return locked() + workersOfAny(kinds::hasTransactions);
    }

    private int locked() {
        return locking.stream().mapToInt(pool -> pool.workers).sum();
    }

    private int workersOfAny(Predicate<String> queues) {
        return leased.stream()
                .filter(pool -> pool.shares.stream().anyMatch(share -> queues.test(share.queue)))
                .mapToInt(pool -> pool.workers)
                .sum();
    }

    /** How many jobs of a queue run now. */
    int busy(String queue) {
        return leased.stream().mapToInt(pool -> pool.busy(queue)).sum()
                + locking.stream()
                        .filter(pool -> pool.queue.equals(queue))
                        .mapToInt(LockPool::busy)
                        .sum();
    }

    /** What runs now in transactions that have locked it. */
    List<Assignment> running() {
        return locking.stream().flatMap(pool -> pool.running().stream()).toList();
    }

    /** Whether a worker of those that lock has nothing to run. */
    boolean lockHasRoom() {
        return locking.stream().anyMatch(LockPool::hasRoom);
    }

    /** Whether none of those that lock runs anything. */
    boolean lockIsIdle() {
        return locking.stream().allMatch(pool -> pool.busy() == 0);
    }

    /** Has those that lock take up nothing more. */
    void stopLocking(Wakeup wakeup) {
        locking.forEach(LockPool::stop);
        locking.forEach(pool -> wakeup.notAlso(pool.wakeup));
    }

    /** Lets the others end once they are idle. */
    void close() {
        leased.forEach(WorkerPool::close);
    }
}
