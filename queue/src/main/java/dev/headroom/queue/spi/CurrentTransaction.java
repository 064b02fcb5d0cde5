package dev.headroom.queue.spi;

import java.sql.Connection;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * Finds the connection of the transaction that the thread is in, so that an enqueue without a connection joins it; implemented for a
 * framework that keeps transactions by thread. Thread-safe.
 *
 * <pre>{@code
 * JobQueue.builder(dataSource).currentTransaction(unitOfWork::connectionOrNull)
 * }</pre>
 */
@FunctionalInterface
public interface CurrentTransaction {
    /** The connection of the thread's transaction on the queue's database, or null if it is in none. The queue only borrows it. */
    @Nullable Connection connection();

    /**
     * Runs the action once the transaction whose {@link #connection()} was just given has committed, and never if it is rolled back; the
     * queue wakes its workers so.
     *
     * @return false if it can't tell of a commit, which is the default: the action is then left to the hooks of the other components
     */
    default boolean afterCommit(Runnable action) {
        return false;
    }

    /**
     * Runs a handler in its job's transaction, which is to be the thread's for the framework's code too: what that writes on the queue's
     * data source belongs to the job then. By default only the connection that the handler is given does. The queue commits or rolls back
     * afterwards; a failure rolls back.
     *
     * @param connection the transaction's; closing it does nothing, committing it is refused
     */
    default <T extends @Nullable Object> T within(Connection connection, Callable<T> work) throws Exception {
        return work.call();
    }
}
