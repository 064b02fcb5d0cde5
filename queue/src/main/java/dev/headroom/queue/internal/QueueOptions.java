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
import java.util.TreeMap;
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
        Map<String, OfQueue> queues,
        int workers,
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
        @Nullable RemoteWakeUp remoteWakeUp,
        @Nullable String endpointToken) {
    /** The options of one queue; null what was not given. */
    public record OfQueue(
            @Nullable Integer workers,
            @Nullable Integer weight,
            @Nullable Integer perTransaction,
            @Nullable Function<LoadFeedback, Pacer> pacer,
            @Nullable BooleanSupplier runWhile) {
        static final OfQueue NONE = new OfQueue(null, null, null, null, null);
    }

    /** Copies the map. */
    public QueueOptions {
        queues = Map.copyOf(queues);
    }

    private OfQueue of(String queue) {
        return queues.getOrDefault(queue, OfQueue.NONE);
    }

    /** What of the queues' options was given, by the queues' names. */
    private <T> Map<String, T> given(Function<OfQueue, @Nullable T> option) {
        Map<String, T> given = new TreeMap<>();
        queues.forEach((queue, of) -> {
            T value = option.apply(of);
            if (value != null) {
                given.put(queue, value);
            }
        });
        return given;
    }

    /** How many workers of its own a queue has in this process. */
    public int workersOf(String queue) {
        Integer own = of(queue).workers();
        return of(queue).weight() != null ? 0 : own != null ? own : workers;
    }

    /** The weights of the queues that have one. */
    Map<String, Integer> weights() {
        return given(OfQueue::weight);
    }

    /** What makes the pacers of the queues that have one. */
    Map<String, Function<LoadFeedback, Pacer>> pacers() {
        return given(OfQueue::pacer);
    }

    /** What keeps the jobs of queues back in this process. */
    Map<String, BooleanSupplier> gates() {
        return given(OfQueue::runWhile);
    }

    /** How many jobs with LOCK_IN_TX one transaction may run, where that was said. */
    Map<String, Integer> perTransaction() {
        return given(OfQueue::perTransaction);
    }

    /** How many jobs with LOCK_IN_TX one transaction may run. */
    int perTransactionOf(String queue) {
        Integer most = of(queue).perTransaction();
        return most != null ? most : Integer.MAX_VALUE;
    }

    /** The queues whose settings were given. */
    public Set<String> told() {
        return new TreeSet<>(queues.keySet());
    }
}
