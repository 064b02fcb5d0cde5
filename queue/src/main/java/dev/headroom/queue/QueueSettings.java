package dev.headroom.queue;

import dev.headroom.config.Checks;
import org.jspecify.annotations.Nullable;

/** The options of one queue; see {@link JobQueueBuilder#queue}. Not thread-safe. */
public final class QueueSettings {
    private @Nullable Integer workers;

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

    int workersOr(int otherwise) {
        return workers != null ? workers : otherwise;
    }
}
