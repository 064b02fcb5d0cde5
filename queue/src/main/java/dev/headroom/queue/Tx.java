package dev.headroom.queue;

/** How a job's effects on the database and its completion belong together. */
public enum Tx {
    /**
     * Not at all: the job is completed after the handler returned. At least once; a handler that must not act twice keeps the
     * {@link JobContext#idempotencyKey()} with what it does.
     */
    NONE,
    /**
     * In one transaction: the handler works on {@link JobContext#connection()}, and the job is removed on that connection just before
     * the commit, if this node still holds its lease. What the handler does there takes effect exactly once: a run that lost its lease
     * is rolled back. The transaction is open while the handler runs, so keep it short.
     */
    COMPLETE_IN_TX
}
