package dev.headroom.cache.internal;

import dev.headroom.cache.spi.Backplane;
import dev.headroom.cache.spi.SharedTierException;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * The backplane that the shared tier itself is: a journal on each node, for what is dropped there, so that one is to be had if the other is. Each is read on a schedule of
 * its own, for a node that hangs must not hold up what the others tell; after news soon again, for news comes in bursts.
 */
final class Journals implements Backplane {
    private static final long SOON = 5_000_000;

    private final Map<String, Home> homes = new LinkedHashMap<>();
    private final String namespace;
    private final String nothing;
    private final long period;
    private final ScheduledExecutorService threads;

    /**
     * On these nodes.
     *
     * @param nothing a text that tells nothing
     * @param threads closed by whoever gave them
     */
    Journals(
            Collection<Home> homes,
            String namespace,
            String nothing,
            Duration period,
            ScheduledExecutorService threads) {
        homes.forEach(home -> this.homes.put(home.node.id(), home));
        this.namespace = namespace;
        this.nothing = nothing;
        this.period = period.toNanos();
        this.threads = threads;
    }

    /**
     * Within whatever is done at the node.
     *
     * @throws SharedTierException if that does not do it
     */
    @Override
    public void publish(String node, String message) {
        Journal.append(Objects.requireNonNull(homes.get(node), node).node, namespace, message);
    }

    @Override
    public void subscribe(Listener listener) {
        homes.values().forEach(home -> later(new Journal(home, namespace, nothing, listener), period));
    }

    private void later(Journal journal, long nanos) {
        try {
            threads.schedule(() -> follow(journal), nanos, TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException closed) {
            // The caches are.
        }
    }

    private void follow(Journal journal) {
        boolean[] news = {false};
        try {
            Homes.quietly(() -> news[0] = journal.follow());
        } finally {
            later(journal, news[0] ? Math.min(SOON, period) : period);
        }
    }

    @Override
    public void close() {}
}
