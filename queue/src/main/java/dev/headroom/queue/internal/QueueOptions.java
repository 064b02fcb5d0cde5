package dev.headroom.queue.internal;

import dev.headroom.load.LoadFeedback;
import dev.headroom.load.Pacer;
import dev.headroom.queue.JobFilter;
import dev.headroom.queue.scale.ScalePolicy;
import dev.headroom.queue.spi.CurrentTransaction;
import dev.headroom.queue.spi.RemoteWakeUp;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ThreadFactory;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** What the builder collected. */
public record QueueOptions(
        String name,
        DataSource dataSource,
        DataSource bookkeeping,
        Map<String, Integer> workers,
        int defaultWorkers,
        Duration lease,
        Duration pollInterval,
        Duration shutdownGrace,
        Duration parking,
        int maxCrashes,
        int maxPayload,
        Duration keepResults,
        Duration targetAge,
        long targetBacklog,
        @Nullable ThreadFactory workerThreads,
        CurrentTransaction currentTransaction,
        RandomGenerator random,
        JobFilter lengthCounts,
        ScalePolicy scale,
        Middlewares middlewares,
        @Nullable Duration keepDead,
        Map<String, Function<LoadFeedback, Pacer>> pacers,
        @Nullable RemoteWakeUp remoteWakeUp) {
    /** Copies the maps. */
    public QueueOptions {
        workers = Map.copyOf(workers);
        pacers = Map.copyOf(pacers);
    }

    /** How many jobs of a queue run at once in this process. */
    public int workersOf(String queue) {
        return workers.getOrDefault(queue, defaultWorkers);
    }
}
