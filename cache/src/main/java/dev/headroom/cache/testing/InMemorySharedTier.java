package dev.headroom.cache.testing;

import dev.headroom.cache.spi.SharedNode;
import dev.headroom.cache.spi.SharedTier;
import dev.headroom.config.Checks;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * A shared tier in this JVM's memory: for tests of what several {@code Caches} do with one tier, and to make it fail.
 *
 * <p>It keeps the whole contract of {@link SharedNode} and has no limit of memory. Thread-safe.
 *
 * <pre>{@code
 * InMemorySharedTier tier = new InMemorySharedTier();
 * Caches one = Caches.builder().shared(tier).build();
 * Caches other = Caches.builder().shared(tier).build();
 * tier.down(true);
 * }</pre>
 */
public final class InMemorySharedTier implements SharedTier {
    private final InMemoryNode node;

    /** A tier that goes by {@link System#nanoTime()}. */
    public InMemorySharedTier() {
        this(System::nanoTime);
    }

    /** A tier with a clock of its own, monotone, in nanoseconds. */
    public InMemorySharedTier(LongSupplier clock) {
        this.node = new InMemoryNode(Checks.present("clock", clock));
    }

    /** Makes every call fail, or work again. */
    public void down(boolean down) {
        node.down(down);
    }

    /** Drops everything, as a restart does. */
    public void restart() {
        node.restart();
    }

    /** Drops one record, as a server that is short of memory does. */
    public void evictRecord(String name) {
        node.evictRecord(name);
    }

    @Override
    public List<SharedNode> nodes() {
        return List.of(node);
    }

    @Override
    public SharedNode node(String key) {
        return node;
    }

    @Override
    public void close() {}
}
