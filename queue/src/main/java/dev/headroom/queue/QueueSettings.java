package dev.headroom.queue;

import dev.headroom.config.Checks;
import dev.headroom.load.LoadFeedback;
import dev.headroom.load.Pacer;
import dev.headroom.queue.internal.QueueOptions;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The options of one queue; see {@link JobQueueBuilder#queue}. Not thread-safe. */
public final class QueueSettings {
    private static final int MOST_PER_TRANSACTION = 250;

    private @Nullable Integer workers;
    private @Nullable Integer weight;
    private @Nullable Function<LoadFeedback, Pacer> pacer;
    private @Nullable BooleanSupplier runWhile;
    private @Nullable Integer perTransaction;

    QueueSettings() {}

    /**
     * How many of its jobs run at once in this process; 0 leaves them to other processes. Default: what {@link JobQueueBuilder#workers}
     * says.
     *
     * @throws dev.headroom.config.ConfigurationException if it is not in 0 to 100000
     */
    public QueueSettings workers(int workers) {
        this.workers = Checks.between("workers", workers, 0, Workers.MOST);
        return this;
    }

    /**
     * Has its jobs run on workers that the queues with a weight share, {@link JobQueueBuilder#sharedWorkers} of them. Of the jobs that these
     * take up while several of the queues have work, each queue's share is its weight among those; what a queue without work leaves is for the
     * others, and none starves. Counts jobs, not the time that they take. Not beside {@link #workers}, nor with {@link Tx#LOCK_IN_TX}. Default: none, and workers of its own.
     *
     * <pre>{@code
     * builder.sharedWorkers(8)
     *     .queue("mail", q -> q.weight(3))
     *     .queue("imports", q -> q.weight(1))  // one in four while there is mail to send
     * }</pre>
     *
     * @throws dev.headroom.config.ConfigurationException if it is not in 1 to 1000
     */
    public QueueSettings weight(int weight) {
        this.weight = Checks.between("weight", weight, 1, 1_000);
        return this;
    }

    /**
     * Begins its jobs in this process no faster than a pacer allows that obeys load feedback: for work that may take its time, such as a
     * migration. Permits are asked for before jobs are claimed; what is not claimed waits in the database for whoever has permits. Made
     * when the first job is looked for, with the feedback of the composition root that the queue is plugged into. It drives the rate of the
     * queue, whatever kinds are in it: a kind that is to have a rate of its own gets a queue of its own. What load feedback stops by its
     * criticality stands still however much the pacer allows. With a {@link dev.headroom.load.ConsumptionSignal} it goes as fast as the
     * space that is free allows until there is more. Not with {@link Tx#LOCK_IN_TX}. Default: none.
     *
     * <pre>{@code
     * queue("migration", q -> q.pacer(load -> Pacer.builder("migration", load).maximumRate(200).build()))
     * }</pre>
     *
     * @throws dev.headroom.config.ConfigurationException if it is null
     */
    public QueueSettings pacer(Function<LoadFeedback, Pacer> pacer) {
        this.pacer = Checks.present("pacer", pacer);
        return this;
    }

    /**
     * How many short jobs with {@link Tx#LOCK_IN_TX} one transaction may run, one after the other; 1 gives each a transaction of its own, for
     * handlers that lock rows which many want. Default: 250, the most there may be. {@link JobQueueBuilder#build} refuses it for a queue
     * whose handlers here have no {@link Tx#LOCK_IN_TX}.
     *
     * @throws dev.headroom.config.ConfigurationException if it is not in 1 to 250
     */
    public QueueSettings perTransaction(int jobs) {
        this.perTransaction = Checks.between("perTransaction", jobs, 1, MOST_PER_TRANSACTION);
        return this;
    }

    /**
     * Lets its jobs begin in this process only while this says so: a feature flag, say, that stops background work. Asked before each look for jobs and before
     * each job begins, by the threads that do so; it must be quick and thread-safe. Taken up again at most a {@linkplain JobQueueBuilder#pollInterval poll interval} after it says so;
     * what runs goes on to its end, and other processes go by their own. While it fails what it said last holds, at first that they begin, and a warning is
     * logged. Default: always. {@link JobQueue#pause} is for the whole cluster.
     *
     * <pre>{@code
     * queue("mail", q -> q.runWhile(sendMail::on))  // a flag
     * }</pre>
     *
     * @throws dev.headroom.config.ConfigurationException if it is null
     */
    public QueueSettings runWhile(BooleanSupplier open) {
        this.runWhile = Checks.present("runWhile", open);
        return this;
    }

    QueueOptions.OfQueue options() {
        return new QueueOptions.OfQueue(workers, weight, perTransaction, pacer, runWhile);
    }
}
