package dev.headroom.queue.internal;

import dev.headroom.transaction.TransactionHook;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The transactions of running jobs, by thread: what a handler enqueues joins its own, and work after commit waits for it. Thread-safe. */
final class JobTransactions implements TransactionHook {
    private static final Logger log = LoggerFactory.getLogger(JobTransactions.class);

    private final ThreadLocal<@Nullable Current> current = new ThreadLocal<>();

    private record Current(Connection connection, List<Runnable> actions) {}

    void begin(Connection connection) {
        current.set(new Current(connection, new ArrayList<>()));
    }

    /** Ends the thread's transaction; its actions run if it was committed. */
    void end(boolean committed) {
        Current ended = current.get();
        current.remove();
        if (ended != null && committed) {
            ended.actions.forEach(JobTransactions::run);
        }
    }

    private static void run(Runnable action) {
        try {
            action.run();
        } catch (RuntimeException failed) {
            log.warn("queue: work after a job's commit failed", failed);
        }
    }

    /** The connection of the thread's job, or null if it has none. */
    @Nullable Connection connection() {
        Current now = current.get();
        return now == null ? null : now.connection;
    }

    @Override
    public boolean afterCommit(@Nullable Connection connection, Runnable action) {
        Current now = current.get();
        if (now == null || (connection != null && connection != now.connection)) {
            return false;
        }
        now.actions.add(action);
        return true;
    }
}
