package dev.headroom.queue.internal;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Of which queues no job begins: those that are paused in the whole cluster, and those that this process's application keeps back. The former are known here, so that no claim has to ask. What is done here is known at once; what others did comes with the heartbeat, in the statement that it
 * sends anyway. Thread-safe.
 */
final class Pauses {
    private static final Logger log = LoggerFactory.getLogger(Pauses.class);

    private final String component;
    private final Store store;
    private final QueueNames names;
    private final Map<String, Gate> gates = new HashMap<>();
    private final ReentrantLock changing = new ReentrantLock();
    private volatile Set<Integer> paused = Set.of();
    private final AtomicLong version = new AtomicLong();

    Pauses(QueueOptions options, Store store, QueueNames names) {
        this.component = options.name();
        this.store = store;
        this.names = names;
        options.gates().forEach((queue, gate) -> gates.put(queue, new Gate(queue, gate)));
    }

    /** Whether a job of a queue may begin here now. */
    boolean mayBegin(Share share) {
        if (paused.contains(share.number)) {
            return false;
        }
        Gate gate = gates.get(share.queue);
        return gate == null || gate.isOpen();
    }

    /** Another number whenever a queue was paused or resumed here. */
    long version() {
        return version.get();
    }

    /**
     * The database says which are paused. Heeded only if nothing is being done here nor was since it was asked, which it may not have seen; it is asked again soon.
     *
     * @param asked the version before it was asked
     * @return whether any was resumed
     */
    boolean seen(Set<Integer> now, long asked) {
        // The heartbeat waits for nobody.
        if (!changing.tryLock()) {
            return false;
        }
        try {
            return asked == version.get() && set(now);
        } finally {
            changing.unlock();
        }
    }

    private boolean set(Set<Integer> now) {
        Set<Integer> before = paused;
        paused = Set.copyOf(now);
        now.stream().filter(queue -> !before.contains(queue)).forEach(queue -> log(queue, "paused"));
        Set<Integer> resumed = new HashSet<>(before);
        resumed.removeAll(now);
        resumed.forEach(queue -> log(queue, "resumed"));
        return !resumed.isEmpty();
    }

    private void log(int queue, String what) {
        log.info("{}: queue {} is {}", component, names.name(queue), what);
    }

    /** Looks for what others paused. */
    void look() {
        long asked = version.get();
        seen(store.call("look for paused queues", store.queues::pausedNumbers), asked);
    }

    /**
     * What came of it.
     *
     * @param changed whether the queue was changed
     * @param resumed whether jobs begin again here that did not before: others may have resumed queues meanwhile
     */
    record Outcome(boolean changed, boolean resumed) {}

    /** Pauses a queue, unless it is. */
    Outcome pause(String queue) {
        return change("pause a queue", queue, store.queues::pause);
    }

    /** Resumes a queue, if it is paused. */
    Outcome resume(String queue) {
        return change("resume a queue", queue, store.queues::resume);
    }

    /** Changes a queue's row; false if there is nothing to change. */
    @FunctionalInterface
    private interface Change {
        boolean on(Connection connection, int queue) throws SQLException;
    }

    /** What was changed, and which queues are paused then. */
    private record Changed(boolean changed, Set<Integer> paused) {}

    private Outcome change(String what, String queue, Change change) {
        changing.lock();
        try {
            version.incrementAndGet();
            Changed done = store.call(what, connection -> {
                boolean changed = change.on(connection, number(connection, queue));
                return new Changed(changed, store.queues.pausedNumbers(connection));
            });
            return new Outcome(done.changed(), set(done.paused()));
        } finally {
            version.incrementAndGet();
            changing.unlock();
        }
    }

    private int number(Connection connection, String queue) throws SQLException {
        Map<String, Integer> all = store.queues.all(connection);
        names.keep(all);
        Integer number = all.get(queue);
        if (number == null) {
            throw new IllegalArgumentException("queue: " + queue + " (expected: one of " + all.keySet() + ")");
        }
        return number;
    }
}
