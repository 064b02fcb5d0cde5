package dev.headroom.queue.internal;

import dev.headroom.queue.DeadJob;
import dev.headroom.queue.QueueLength;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** What waits in every queue, as last seen; asked for at most once a second, however many ask. Thread-safe. */
final class Lengths {
    private static final long FRESH = Duration.ofSeconds(1).toNanos();
    private static final long KNOWN = Duration.ofSeconds(20).toNanos();
    private static final int NEWEST_DEAD = 10;

    private final Store store;
    private final QueueNames names;
    private final ReentrantLock asking = new ReentrantLock();
    private volatile @Nullable Seen seen;

    /** What was seen, and when. */
    record Seen(Map<String, QueueLength> queues, List<DeadJob> newestDead, long at) {
        QueueLength total() {
            return queues.values().stream().reduce(QueueLength.EMPTY, QueueLength::plus);
        }
    }

    Lengths(Store store, QueueNames names) {
        this.store = store;
        this.names = names;
    }

    /** What is at most a second old. */
    Seen fresh() {
        Seen last = seen;
        if (last != null && System.nanoTime() - last.at < FRESH) {
            return last;
        }
        asking.lock();
        try {
            last = seen;
            return last != null && System.nanoTime() - last.at < FRESH ? last : store.call("count jobs", this::ask);
        } finally {
            asking.unlock();
        }
    }

    /** What was last seen, or null if that is too long ago to go by. Asks nobody. */
    @Nullable Seen known() {
        Seen last = seen;
        return last != null && System.nanoTime() - last.at < KNOWN ? last : null;
    }

    void refresh() throws SQLException {
        store.transact(this::ask);
    }

    private Seen ask(Connection connection) throws SQLException {
        Map<String, Integer> queues = store.queues.all(connection);
        names.keep(queues);
        Map<String, QueueLength> lengths = new TreeMap<>();
        for (Map.Entry<String, Integer> queue : queues.entrySet()) {
            lengths.put(queue.getKey(), store.queues.length(connection, queue.getValue()));
        }
        List<DeadJob> dead = new ArrayList<>(store.dead.newest(connection, NEWEST_DEAD));
        Seen now = new Seen(lengths, dead, System.nanoTime());
        seen = now;
        return now;
    }
}
