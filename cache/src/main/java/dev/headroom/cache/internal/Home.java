package dev.headroom.cache.internal;

import dev.headroom.cache.spi.SharedNode;
import dev.headroom.cache.spi.SharedTierException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One node of the shared tier as this JVM sees it. What was to be dropped while it could not be reached is kept, one of each, and dropped before
 * anything is read there again; of too many, everything of the caches concerned is dropped instead.
 */
final class Home {
    private static final Logger LOG = LoggerFactory.getLogger(Home.class);
    private static final int MAXIMUM_PENDING = 10_000;
    /** More is left to the background, so that what a user waits for stays bounded. */
    private static final int MOST_REPLAYED_BY_USERS = 20;

    final SharedNode node;
    final Beats beats = new Beats(this);
    final Releases releases = new Releases(this);
    private final Runnable recovered;
    private final ReentrantLock replaying = new ReentrantLock();
    private final Map<String, Drop> pending = new LinkedHashMap<>();
    private final AtomicBoolean down = new AtomicBoolean();
    private final String unavailable;
    private final String notThrough;
    private final LongAdder givenUp = new LongAdder();
    private volatile boolean behind;

    /** Something to be dropped. */
    interface Drop {
        /** What it drops; of one name one is kept. */
        String name();

        /** This one, that does what the earlier one of the same name was to do as well. */
        Drop after(Drop earlier);

        /** Drops it. */
        void run(SharedNode node);

        /** What drops it and everything else of its cache. */
        Drop whole();
    }

    Home(SharedNode node, Runnable recovered) {
        this.node = node;
        this.unavailable = "shared tier: " + node.id() + " does not answer";
        this.notThrough = "shared tier: " + node.id() + ": earlier invalidations are not through";
        this.recovered = recovered;
    }

    boolean isDown() {
        return down.get();
    }

    int pending() {
        synchronized (pending) {
            return pending.size();
        }
    }

    /** How many drops it refused to do. */
    long givenUp() {
        return givenUp.sum();
    }

    /** Reads or writes; fails at once while something waits to be dropped that can't be. */
    <T> T call(Function<SharedNode, T> operation) {
        if (behind) {
            if (pending() > MOST_REPLAYED_BY_USERS) {
                throw SharedTierException.unavailable(notThrough);
            }
            replay();
        }
        return tried(operation);
    }

    void run(Consumer<SharedNode> operation) {
        call(node -> {
            operation.accept(node);
            return true;
        });
    }

    /** Drops now, or as soon as the node can be reached. Says whether it is done. */
    boolean drop(Drop drop) {
        try {
            run(drop::run);
            return true;
        } catch (SharedTierException unreachable) {
            remember(drop);
            return false;
        }
    }

    private <T> T tried(Function<SharedNode, T> operation) {
        try {
            if (!node.isAvailable()) {
                throw SharedTierException.unavailable(unavailable);
            }
            T answer = operation.apply(node);
            answered();
            return answer;
        } catch (SharedTierException failed) {
            switch (failed.reason()) {
                case REFUSED -> answered();
                case NO_ANSWER -> {
                    if (down.compareAndSet(false, true)) {
                        LOG.warn(
                                "cache: shared tier: {} can't be reached, doing without: {}",
                                node.id(),
                                failed.getMessage());
                    }
                }
                default -> LOG.debug("cache: shared tier: {}", failed.getMessage());
            }
            throw failed;
        }
    }

    private void answered() {
        if (down.get() && down.compareAndSet(true, false)) {
            LOG.info("cache: shared tier: {} is back", node.id());
            recovered.run();
        }
    }

    /** Drops before anything is read there. */
    void remember(Drop drop) {
        synchronized (pending) {
            Drop earlier = pending.remove(drop.name());
            if (pending.size() >= MAXIMUM_PENDING) {
                Map<String, Drop> whole = new LinkedHashMap<>();
                pending.values().forEach(each -> join(whole, each.whole()));
                pending.clear();
                pending.putAll(whole);
            }
            join(pending, earlier == null ? drop : drop.after(earlier));
            behind = true;
        }
    }

    private static void join(Map<String, Drop> drops, Drop drop) {
        drops.merge(drop.name(), drop, (earlier, later) -> later.after(earlier));
    }

    /** Drops what waits; fails if it can't, or if another thread is at it. */
    void replay() {
        if (!replaying.tryLock()) {
            throw SharedTierException.unavailable(notThrough);
        }
        try {
            for (Drop next = first(); next != null; next = first()) {
                Drop drop = next;
                try {
                    tried(node -> {
                        drop.run(node);
                        return true;
                    });
                } catch (SharedTierException failed) {
                    giveUp(drop, failed);
                }
                synchronized (pending) {
                    pending.remove(drop.name(), drop);
                    behind = !pending.isEmpty();
                }
            }
        } finally {
            replaying.unlock();
        }
    }

    /** What is refused again would be for ever, and nothing else would be read there. */
    private void giveUp(Drop drop, SharedTierException failed) {
        if (failed.reason() != SharedTierException.Reason.REFUSED) {
            throw failed;
        }
        givenUp.increment();
        LOG.error(
                "cache: shared tier: {} refuses an invalidation, which is given up; until they expire other JVMs may"
                        + " serve values that it was to drop: {}",
                node.id(),
                failed.getMessage());
    }

    private @Nullable Drop first() {
        synchronized (pending) {
            return pending.isEmpty() ? null : pending.values().iterator().next();
        }
    }
}
