package dev.headroom.queue.spi;

/**
 * Tells the other processes on the queue's database that there may be work, so that an idle one takes it up at once instead of at its next
 * look. Only a hint: what is lost on the way is found by polling. Thread-safe.
 *
 * <pre>{@code
 * JobQueue.builder(dataSource).wakeOthers(PostgresNotifications.of(dataSource))
 * }</pre>
 *
 * @see dev.headroom.queue.postgresql.PostgresNotifications
 */
public interface RemoteWakeUp {
    /**
     * Tells the others. Called by a thread of the queue's own after transactions that enqueued have committed, never in one of them; at once
     * for the first, and at most every 5 to 40 ms while more follow.
     *
     * @throws Exception if that is not possible now; logged, the others find the work by polling
     */
    void tell() throws Exception;

    /**
     * Runs the action whenever another process has told, until the thread is interrupted. Called on a thread of its own in a process that
     * works, and again after a pause when it throws or returns.
     *
     * @param told to be run at the beginning too, since what was told before was not heard; does not block
     * @throws Exception if it can't listen, or not any more
     */
    void listen(Runnable told) throws Exception;
}
