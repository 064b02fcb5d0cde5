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
    COMPLETE_IN_TX,
    /**
     * In one transaction from the start: it takes the job up by locking its row, the handler works on {@link JobContext#connection()}, and
     * the job is removed before the commit. Takes effect exactly once, as {@link #COMPLETE_IN_TX} does, with fewer transactions, and without
     * the lease: when the process dies the job is free as soon as the database has noticed, and while a process is paused nobody else runs
     * what it has locked.
     *
     * <p>For short work on the database alone: the connection and the database's oldest snapshot are held while it runs, so {@link Job#timeout} is
     * {@value #LONGEST_LOCK} if it says nothing. In the database the job is seen as ready until its end: it can be cancelled only before or
     * after a run, has no progress and no steps, and nothing counts the processes that die with it. All kinds of its queue have this mode,
     * none a {@link Limit} and the queue no pacer; a {@linkplain Unique unique} one has its key until it is done, and stays as it is when an enqueue
     * meets it locked, by a run or by another enqueue.
     */
    LOCK_IN_TX;

    /** How long a run of {@link #LOCK_IN_TX} may take unless {@link Job#timeout} says otherwise. */
    public static final String LONGEST_LOCK = "5s";

    /** Whether effects on the database and completion are one transaction. */
    public boolean isTransaction() {
        return this != NONE;
    }
}
