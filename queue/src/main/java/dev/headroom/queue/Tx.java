package dev.headroom.queue;

/**
 * How a job's effects on the database and its completion belong together.
 *
 * <p>Effects on the database are what the handler does on {@link JobContext#connection()}, what joins that transaction through {@link
 * dev.headroom.transaction.JdbcTransactions} on the queue's data source, and, with {@code SpringTransactions} or {@code
 * SpringJpaTransactions}, what Spring's code, or that and JPA, does on it. Under
 * Jakarta Transactions the job's transaction is one of the queue's plain pool, which the transaction manager knows nothing of: only {@code
 * job.connection()} belongs to it.
 */
public enum Tx {
    /**
     * Not at all: the job is completed after the handler returned. At least once; a handler that must not act twice keeps the
     * {@link JobContext#idempotencyKey()} with what it does.
     */
    NONE,
    /**
     * In one transaction: the handler works on {@link JobContext#connection()}, and the job is removed on that connection just before
     * the commit, if this process still holds its lease. What the handler does there takes effect exactly once: a run that lost its lease
     * is rolled back. The transaction begins, and a connection is held, from the handler's first use of it: do slow work before that. A
     * handler that did not use it is completed as one with {@link #NONE} is.
     */
    COMPLETE_IN_TX,
    /**
     * In one transaction from the start: it takes the job up by locking its row, the handler works on {@link JobContext#connection()}, and
     * the job is removed before the commit. Takes effect exactly once, as {@link #COMPLETE_IN_TX} does, with fewer transactions, and without
     * the lease: when the process dies the job is free as soon as the database has noticed, and while a process is paused nobody else runs
     * what it has locked.
     *
     * <p>Jobs that are short share a transaction, which runs them one after the other: as many as usually end within 20 ms, not counting what it takes
     * to lock and to commit them, at most {@link QueueSettings#perTransaction}. Kinds that take longer, or are not known yet, and {@linkplain Unique
     * unique} jobs have one each. One that fails is undone alone, to a savepoint that is set when its handler first uses the connection. So a handler must know:
     *
     * <ul>
     *   <li>What it has locked in the database stays locked until the commit, some 20 ms after its end. Handlers that lock the same rows in different
     *       orders may meet in a deadlock; such a run counts no attempt, and the jobs then run one by one for a while.
     *   <li>When the commit fails, or the connection is lost, all runs of the transaction are undone and done again, and count no attempt, but
     *       for the one that failed. What they did elsewhere is done twice then, as always where a handler acts on more than the database.
     *   <li>It must not end the transaction, nor have the database end it (as {@code create table} does on MariaDB): its run fails then.
     * </ul>
     *
     * <p>For short work on the database alone: the connection and the database's oldest snapshot are held while it runs, so {@link Job#timeout} is
     * {@value #LONGEST_LOCK} if it says nothing; a statement on {@code job.connection()} is cancelled then. In the database the job is seen as
     * ready until its end: it can be cancelled only before or after a run (by a handler in the same transaction, before its turn), has no progress
     * and no steps, and nothing counts the processes that die with it. All kinds of its queue have this mode, none a {@link Limit}, and the queue
     * neither a {@linkplain QueueSettings#pacer pacer} nor a {@linkplain QueueSettings#weight weight}; a unique one has its key until
     * it is done, and stays as it is when an enqueue meets it locked, by a run or by another enqueue.
     */
    LOCK_IN_TX;

    /** How long a run of {@link #LOCK_IN_TX} may take unless {@link Job#timeout} says otherwise. */
    public static final String LONGEST_LOCK = "5s";

    /** Whether effects on the database and completion are one transaction. */
    public boolean isTransaction() {
        return this != NONE;
    }
}
