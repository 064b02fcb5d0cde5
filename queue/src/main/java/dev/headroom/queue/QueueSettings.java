package dev.headroom.queue;

import dev.headroom.config.Checks;
import dev.headroom.load.LoadFeedback;
import dev.headroom.load.Pacer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The options of one queue; see {@link JobQueueBuilder#queue}. Not thread-safe. */
public final class QueueSettings {
    private @Nullable Integer workers;
    private @Nullable Function<LoadFeedback, Pacer> pacer;

    QueueSettings() {}

    /**
     * How many of its jobs run at once in this process; 0 leaves them to other processes. Default: what {@link JobQueueBuilder#workers}
     * says.
     *
     * @throws dev.headroom.config.ConfigurationException if it is not in 0 to 100000
     */
    public QueueSettings workers(int workers) {
        this.workers = Checks.between("workers", workers, 0, 100_000);
        return this;
    }

    /**
     * Begins its jobs in this process no faster than a pacer allows that obeys load feedback: for work that may take its time, such as a
     * migration. Permits are asked for before jobs are claimed; what is not claimed waits in the database for whoever has permits. Made
     * when the first job is looked for, with the feedback of the composition root that the queue is plugged into. Default: none.
     *
     * <pre>{@code
     * queue("migration", q -> q.pacer(load -> Pacer.builder("migration", load).maximumRate(200).build()))
     * }</pre>
     */
    public QueueSettings pacer(Function<LoadFeedback, Pacer> pacer) {
        this.pacer = Checks.present("pacer", pacer);
        return this;
    }

    @Nullable Function<LoadFeedback, Pacer> pacer() {
        return pacer;
    }

    int workersOr(int otherwise) {
        return workers != null ? workers : otherwise;
    }
}
