package dev.headroom.queue.testing;

import dev.headroom.config.Checks;
import dev.headroom.queue.JobMethod;
import dev.headroom.queue.JobQueue;
import dev.headroom.queue.internal.ManualNode;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Runs a queue's jobs by hand, on the calling thread, for tests of an application: no worker is started, nothing happens until it is told.
 *
 * <p>Everything else is as in production: the same tables (an in-memory H2 database will do), handlers, transactions, retries and dead
 * letters. Queues are asked by their names, not by weight, and jobs with {@code LOCK_IN_TX} run as those with {@code COMPLETE_IN_TX} do, one by one. Not thread-safe; the queue must not be started. Others on the same
 * database may be: they take their share of the jobs, and a run here that takes longer than the lease for one of a process that died.
 *
 * <p>What is asked and asserted is asked in the thread's transaction where the queue {@linkplain dev.headroom.queue.JobQueueBuilder#currentTransaction knows} it, or it is one of {@code
 * JdbcTransactions}: a test that Spring rolls back sees what it has enqueued. What is enqueued on a plain connection is seen once that has committed.
 * Jobs are run in transactions of their own, so {@link #drain}, {@link #runNext} and {@link #inline} run only what has committed: a test of what jobs do commits, as by
 * Spring's {@code TestTransaction.flagForCommit()} and {@code end()}, or without {@code @Transactional} on it.
 *
 * <pre>{@code
 * ManualQueue jobs = ManualQueue.of(queue);
 * shop.order(cart);
 * jobs.assertEnqueued(Mails::confirm, new Confirmation(42));
 * assertThat(jobs.drain()).isEqualTo(1);        // the confirmation mail
 * jobs.advance(Duration.ofDays(1));             // and what was delayed until tomorrow
 * jobs.drain();
 * }</pre>
 */
public final class ManualQueue implements AutoCloseable {
    /** Jobs that enqueue one another without end stop {@link #drain} here. */
    public static final int MOST_RUNS = 100_000;

    private final ManualNode node;
    private final ReentrantLock draining = new ReentrantLock();

    private ManualQueue(ManualNode node) {
        this.node = node;
    }

    /**
     * A manual worker of this queue, which must not be started.
     *
     * @throws dev.headroom.config.ConfigurationException if there is no queue
     * @throws IllegalStateException if it is
     */
    public static ManualQueue of(JobQueue queue) {
        return new ManualQueue(ManualNode.of(Checks.present("queue", queue)));
    }

    /**
     * Runs jobs by itself, on the thread that enqueues them, as soon as their transaction has committed: those of its own, of {@code
     * JdbcTransactions} and of a framework that the queue knows. A plain connection's commit can't be seen; {@link #drain} runs what it
     * enqueued. What is delayed, or to be tried again, waits for {@link #advance} and {@link #drain}.
     *
     * @throws dev.headroom.config.ConfigurationException if there is no queue
     * @throws IllegalStateException if it is started
     */
    public static ManualQueue inline(JobQueue queue) {
        ManualQueue jobs = of(queue);
        jobs.node.whenWoken(jobs::drainUnlessDraining);
        return jobs;
    }

    private void drainUnlessDraining() {
        if (!draining.isHeldByCurrentThread()) {
            drain();
        }
    }

    /** The payloads of the jobs of a kind that wait, delayed ones included, in the order of their enqueuing. */
    @SuppressWarnings("unchecked") // The method says which type they have.
    public <T, P> List<P> enqueued(JobMethod.WithPayload<T, P> method) {
        return (List<P>) node.waiting(method);
    }

    /** The payloads of the jobs of a kind that wait, delayed ones included, in the order of their enqueuing. */
    @SuppressWarnings("unchecked") // The method says which type they have.
    public <T, P> List<P> enqueued(JobMethod.WithBoth<T, P> method) {
        return (List<P>) node.waiting(method);
    }

    /**
     * Asserts that a job of this kind with this payload waits.
     *
     * @throws AssertionError if none does; says which do
     */
    public <T, P> void assertEnqueued(JobMethod.WithPayload<T, P> method, P payload) {
        assertAmong(payload, enqueued(method));
    }

    /**
     * Asserts that a job of this kind with this payload waits.
     *
     * @throws AssertionError if none does; says which do
     */
    public <T, P> void assertEnqueued(JobMethod.WithBoth<T, P> method, P payload) {
        assertAmong(payload, enqueued(method));
    }

    /**
     * Asserts that a job of this kind waits.
     *
     * @throws AssertionError if none does; says which do
     */
    public <T> void assertEnqueued(JobMethod.Plain<T> method) {
        assertAny(node.waiting(method));
    }

    /**
     * Asserts that a job of this kind waits.
     *
     * @throws AssertionError if none does; says which do
     */
    public <T> void assertEnqueued(JobMethod.WithContext<T> method) {
        assertAny(node.waiting(method));
    }

    /**
     * Asserts that no job waits.
     *
     * @throws AssertionError if one does; says which do
     */
    public void assertNothingEnqueued() {
        List<String> waiting = node.waiting();
        if (!waiting.isEmpty()) {
            throw new AssertionError("jobs that wait: " + waiting + " (expected: none)");
        }
    }

    private void assertAny(List<?> waiting) {
        if (waiting.isEmpty()) {
            throw new AssertionError("jobs that wait: " + node.waiting() + " (expected: one of this kind)");
        }
    }

    private static void assertAmong(Object payload, List<?> waiting) {
        if (!waiting.contains(payload)) {
            throw new AssertionError("payloads that wait: " + waiting + " (expected: " + payload + " among them)");
        }
    }

    /**
     * Runs jobs in their order until none is ready, those that they enqueue included; what is to be tried again later waits for {@link
     * #advance}.
     *
     * @return how many runs there were, failed ones included
     * @throws IllegalStateException after {@value #MOST_RUNS} runs
     */
    public int drain() {
        draining.lock();
        try {
            int runs = 0;
            while (node.runNext()) {
                if (++runs >= MOST_RUNS) {
                    throw new IllegalStateException("runs: " + runs + " (expected: jobs that come to an end)");
                }
            }
            return runs;
        } finally {
            draining.unlock();
        }
    }

    /**
     * Runs the next job that is ready, and no other: what it enqueues waits, {@linkplain #inline} too, for the next call or for
     * {@link #drain}.
     *
     * @return false if there is none
     */
    public boolean runNext() {
        draining.lock();
        try {
            return node.runNext();
        } finally {
            draining.unlock();
        }
    }

    /**
     * Lets time pass without waiting: for delayed jobs and those to be tried again, for rates, times of unique jobs and schedules. A kind with
     * {@link dev.headroom.queue.Every} is enqueued at each of its ticks in that time, as if a process had been there all the while; with {@code
     * fixedDelay} once, as its next tick is counted from the end of that job. A schedule that no process has kept yet begins with the first call.
     *
     * <p>What waits is brought forward; no clock moves. So an instant that is given to {@link dev.headroom.queue.Enqueuer#at} afterwards is
     * as far away as the database's clock has it, whatever has been advanced before.
     *
     * @throws dev.headroom.config.ConfigurationException if the time is negative
     * @throws IllegalStateException if schedules have more than 100,000 ticks in that time
     */
    public void advance(Duration time) {
        node.advance(Checks.notNegative("time", time));
    }

    /** Signs off. */
    @Override
    public void close() {
        node.close();
    }
}
