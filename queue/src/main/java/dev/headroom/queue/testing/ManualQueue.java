package dev.headroom.queue.testing;

import dev.headroom.config.Checks;
import dev.headroom.queue.JobQueue;
import dev.headroom.queue.internal.ManualNode;
import java.time.Duration;

/**
 * Runs a queue's jobs by hand, on the calling thread, for tests of an application: no worker is started, nothing happens until it is told.
 *
 * <p>Everything else is as in production: the same tables (an in-memory H2 database will do), handlers, transactions, retries and dead
 * letters. Not thread-safe; the queue must not be started.
 *
 * <pre>{@code
 * ManualQueue jobs = ManualQueue.of(queue);
 * shop.order(cart);
 * assertThat(jobs.drain()).isEqualTo(1);        // the confirmation mail
 * jobs.advance(Duration.ofDays(1));             // and what was delayed until tomorrow
 * jobs.drain();
 * }</pre>
 */
public final class ManualQueue implements AutoCloseable {
    /** Jobs that enqueue one another without end stop {@link #drain} here. */
    public static final int MOST_RUNS = 100_000;

    private final ManualNode node;

    private ManualQueue(ManualNode node) {
        this.node = node;
    }

    /** A manual worker of this queue, which must not be started. */
    public static ManualQueue of(JobQueue queue) {
        return new ManualQueue(ManualNode.of(Checks.present("queue", queue)));
    }

    /**
     * Runs jobs in their order until none is ready, those that they enqueue included; what is to be tried again later waits for {@link
     * #advance}.
     *
     * @return how many runs there were, failed ones included
     * @throws IllegalStateException after {@value #MOST_RUNS} runs
     */
    public int drain() {
        int runs = 0;
        while (node.runNext()) {
            if (++runs >= MOST_RUNS) {
                throw new IllegalStateException("runs: " + runs + " (expected: jobs that come to an end)");
            }
        }
        return runs;
    }

    /** Runs the next job that is ready; false if there is none. */
    public boolean runNext() {
        return node.runNext();
    }

    /** Lets time pass for delayed jobs and for those to be tried again, without waiting. */
    public void advance(Duration time) {
        node.advance(Checks.notNegative("time", time));
    }

    /** Signs off. */
    @Override
    public void close() {
        node.close();
    }
}
