package dev.headroom.queue.internal;

import dev.headroom.load.LoadFeedback;
import dev.headroom.load.Pacer;
import dev.headroom.queue.JobFilter;
import dev.headroom.queue.scale.ScalePolicy;
import dev.headroom.queue.spi.CurrentTransaction;
import dev.headroom.queue.spi.RemoteWakeUp;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ThreadFactory;
import java.util.function.BooleanSupplier;
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
        Map<String, Integer> weights,
        Map<String, Integer> perTransaction,
        int sharedWorkers,
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
        Map<String, BooleanSupplier> gates,
        @Nullable RemoteWakeUp remoteWakeUp,
        @Nullable String endpointToken) {
    /** Copies the maps. */
    public QueueOptions {
        workers = Map.copyOf(workers);
        weights = Map.copyOf(weights);
        perTransaction = Map.copyOf(perTransaction);
        pacers = Map.copyOf(pacers);
        gates = Map.copyOf(gates);
    }

    /** How many workers of its own a queue has in this process. */
    public int workersOf(String queue) {
        return weights.containsKey(queue) ? 0 : workers.getOrDefault(queue, defaultWorkers);
    }

    /** How many jobs with LOCK_IN_TX one transaction may run. */
    int perTransactionOf(String queue) {
        return perTransaction.getOrDefault(queue, Integer.MAX_VALUE);
    }

    /** The queues whose settings were given. */
    public Set<String> told() {
        Set<String> told = new TreeSet<>(workers.keySet());
        told.addAll(weights.keySet());
        return told;
    }
}
