package dev.headroom.queue.internal;

import dev.headroom.queue.DeadJob;
import dev.headroom.queue.JobFilter;
import dev.headroom.queue.JobState;
import dev.headroom.queue.QueueException;
import dev.headroom.queue.QueueLength;
import dev.headroom.queue.internal.sql.QueueCounts;
import dev.headroom.queue.internal.sql.QueueTable;
import dev.headroom.queue.scale.ClusterLoad;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What is in every queue, as last seen; asked for at most once a second, however many ask, and the less often the longer counting takes, as where it has to
 * walk past what a kept snapshot leaves dead: it costs the database a share of a processor that is the same whatever waits. Thread-safe.
 */
final class Lengths {
    private static final long FRESH = Duration.ofSeconds(1).toNanos();
    private static final long LONGEST_FRESH = Duration.ofSeconds(10).toNanos();
    private static final long SHARE = 20;
    private static final long KNOWN = Duration.ofSeconds(20).toNanos();
    private static final long WANTED = Duration.ofMinutes(2).toNanos();
    private static final int NEWEST_DEAD = 10;
    private static final int LONGEST_RUNNING = 10;
    private static final long SOON_MILLIS = 500;

    private final Store store;
    private final QueueNames names;
    private final JobFilter counted;
    private final DeadMansTimers timers;
    private final LoadWindow window = new LoadWindow();
    private final ReentrantLock asking = new ReentrantLock();
    private volatile @Nullable Seen seen;
    private volatile @Nullable Failure failure;
    private final AtomicReference<@Nullable FutureTask<Seen>> looking = new AtomicReference<>();
    private volatile long tookBefore;
    private volatile long wantedAt = System.nanoTime() - WANTED;

    /** What was seen, when (by the database's clock, and this process's monotonic one), and for how long that will do. */
    record Seen(
            Map<String, QueueLength> queues,
            Map<String, QueueCounts> counts,
            Map<String, Instant> paused,
            List<DeadJob> newestDead,
            List<QueueTable.Running> longestRunning,
            List<ClusterLoad.Node> nodes,
            Map<String, Duration> silence,
            Instant time,
            long at,
            long fresh) {
        /** The database's clock, as it must show now. */
        Instant now() {
            return time.plusNanos(System.nanoTime() - at);
        }

        boolean isFresh() {
            return System.nanoTime() - at < fresh;
        }

        QueueLength total() {
            return queues.values().stream().reduce(QueueLength.EMPTY, QueueLength::plus);
        }

        /** What is in the queues that are not paused. */
        QueueLength begins() {
            return queues.entrySet().stream()
                    .filter(each -> !paused.containsKey(each.getKey()))
                    .map(Map.Entry::getValue)
                    .reduce(QueueLength.EMPTY, QueueLength::plus);
        }

        /** How many of the filter's jobs there are; no queue of that name counts as an empty one. */
        long count(JobFilter filter) {
            return count(filter, queue -> true);
        }

        /** The same, of those of these queues. */
        long count(JobFilter filter, Predicate<String> among) {
            return counts.entrySet().stream()
                    .filter(each -> among.test(each.getKey()))
                    .filter(each -> filter.queues().isEmpty() || filter.queues().contains(each.getKey()))
                    .mapToLong(each -> each.getValue().count(filter))
                    .sum();
        }
    }

    /** @param counted which jobs count as waiting where servers are to come and go */
    Lengths(Store store, QueueNames names, JobFilter counted, DeadMansTimers timers) {
        this.store = store;
        this.names = names;
        this.counted = counted;
        this.timers = timers;
    }

    /**
     * What is at most a second old, or so much longer as counting takes more than a twentieth of that, 10 s at most; up to 20 s while somebody else counts.
     *
     * @throws QueueException if the database can't be asked, or another caller waits for it: nobody waits behind others for more than a second
     */
    Seen fresh() {
        wantedAt = System.nanoTime();
        Seen last = seen;
        if (last != null && last.isFresh()) {
            return last;
        }
        if (!isMyTurn()) {
            last = known();
            if (last != null) {
                return last;
            }
            throw new QueueException(
                    "queue: could not count jobs, as another caller has been at it for a second", null);
        }
        try {
            last = seen;
            if (last != null && last.isFresh()) {
                return last;
            }
            Failure before = failure;
            if (before != null && System.nanoTime() - before.at < FRESH) {
                throw new QueueException("queue: could not count jobs a moment ago", before.why);
            }
            return asked();
        } finally {
            asking.unlock();
        }
    }

    private boolean isMyTurn() {
        try {
            return asking.tryLock(FRESH, TimeUnit.NANOSECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private Seen asked() {
        try {
            return store.call("count jobs", this::ask);
        } catch (QueueException failed) {
            failure = new Failure(failed, System.nanoTime());
            throw failed;
        }
    }

    private record Failure(QueueException why, long at) {}

    /** What is fresh if the database says so within half a second, or what is known; for who must not wait for it. */
    @Nullable Seen soon() {
        Seen last = seen;
        if (last == null || !last.isFresh()) {
            FutureTask<Seen> look = new FutureTask<>(this::fresh);
            FutureTask<Seen> under =
                    looking.accumulateAndGet(look, (before, mine) -> before == null || before.isDone() ? mine : before);
            if (under == look) {
                Thread thread = new Thread(look, "headroom-lengths");
                thread.setDaemon(true);
                thread.start();
            }
            try {
                return under.get(SOON_MILLIS, TimeUnit.MILLISECONDS);
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
            } catch (ExecutionException | TimeoutException away) {
                return known();
            }
        }
        return known();
    }

    /** What was seen is so no more. */
    void changed() {
        Seen last = seen;
        if (last != null) {
            seen = new Seen(
                    last.queues,
                    last.counts,
                    last.paused,
                    last.newestDead,
                    last.longestRunning,
                    last.nodes,
                    last.silence,
                    last.time,
                    Math.min(last.at, System.nanoTime() - FRESH),
                    FRESH);
        }
    }

    /** What was last seen, or null if that is too long ago to go by. Asks nobody. */
    @Nullable Seen known() {
        wantedAt = System.nanoTime();
        Seen last = seen;
        return last != null && System.nanoTime() - last.at < KNOWN ? last : null;
    }

    /** The load of all servers together, averaged over the last minute as far as this process has seen it. */
    ClusterLoad load(Seen seen) {
        return window.load(seen);
    }

    /** Looks again if anybody has asked lately; averages are taken meanwhile for whoever asks once a minute. */
    void refresh() throws SQLException {
        if (seen == null || System.nanoTime() - wantedAt < WANTED) {
            store.transact(this::ask);
        }
    }

    private Seen ask(Connection connection) throws SQLException {
        long began = System.nanoTime();
        Map<String, Integer> queues = store.queues.all(connection);
        names.keep(queues);
        Map<Integer, QueueCounts> found = store.queues.counts(connection, queues.values());
        Map<String, QueueCounts> counts = new TreeMap<>();
        Map<String, QueueLength> lengths = new TreeMap<>();
        queues.forEach((queue, number) -> {
            QueueCounts each = found.getOrDefault(number, new QueueCounts());
            counts.put(queue, each);
            lengths.put(queue, each.length());
        });
        List<DeadJob> dead = new ArrayList<>(store.dead.newest(connection, NEWEST_DEAD));
        List<QueueTable.Running> running = store.queues.running(connection, LONGEST_RUNNING);
        List<ClusterLoad.Node> nodes = store.nodes.all(connection);
        Map<String, Duration> silence = timers.silence(connection);
        Instant time = store.schedules.now(connection);
        Map<String, Instant> paused = store.queues.paused(connection);
        long at = System.nanoTime();
        // One that took long may have waited for something else.
        long took = Math.min(tookBefore, at - began);
        tookBefore = at - began;
        long fresh = Math.max(FRESH, Math.min(LONGEST_FRESH, SHARE * took));
        Seen now = new Seen(lengths, counts, paused, dead, running, nodes, silence, time, at, fresh);
        seen = now;
        // No server more would begin what is paused.
        long wanted = now.count(counted, queue -> !paused.containsKey(queue));
        window.add(now, wanted, now.count(JobFilter.waiting().states(JobState.RUNNING)));
        return now;
    }
}
