package dev.headroom.cache.internal;

import dev.headroom.cache.internal.CacheCounts.Shared;
import dev.headroom.cache.spi.SharedLease;
import dev.headroom.cache.spi.SharedStore;
import dev.headroom.cache.spi.SharedTierException;
import dev.headroom.consistency.ConsistencyToken;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A load under a lease. What it must know is read after the lease is given and before the load begins; signs of life are given until it ends, and none
 * after: one under way is waited for, for it would give a value that is stored the short life of a lease.
 */
final class Lead {
    private static final Logger LOG = LoggerFactory.getLogger(Lead.class);

    final Home home;
    private final SharedLoads loads;
    private final Wanted wanted;
    private final SharedLease lease;
    private final @Nullable Found found;
    private final @Nullable Found former;
    private final ReentrantLock beating = new ReentrantLock();
    private volatile boolean ended;
    private ConsistencyToken position = ConsistencyToken.NONE;
    private long stamp;

    /**
     * Of this lease.
     *
     * @param found what may be served if the load fails
     * @param former what the loader is told of beside that
     */
    Lead(
            SharedLoads loads,
            Wanted wanted,
            Home home,
            SharedLease lease,
            @Nullable Found found,
            @Nullable Found former) {
        this.loads = loads;
        this.wanted = wanted;
        this.home = home;
        this.lease = lease;
        this.found = found;
        this.former = former;
    }

    /** Begins to give signs of life. */
    void hold() {
        home.beats.add(this);
    }

    SharedLease lease() {
        return lease;
    }

    /** The record that says that the holder lives. */
    String sign() {
        return loads.side.beat(wanted.text());
    }

    Loaded run() throws Throwable {
        hold();
        try {
            return loaded();
        } finally {
            end();
        }
    }

    private Loaded loaded() throws Throwable {
        Map<String, byte[]> before = home.call(node -> node.records(loads.side.beforeLoad(wanted.text())));
        begin(before, home.call(node -> loads.side.stamps.now(node, before)));
        Loaded loaded;
        try {
            loaded = wanted.load(position, loads.prior(before(), wanted));
        } catch (Throwable failure) {
            end();
            return failed(failure);
        }
        return stored(loaded);
    }

    /**
     * Takes note of what the load must know.
     *
     * @param before the records of {@link SharedSide#beforeLoad}
     * @param count the count of drops among them
     */
    void begin(Map<String, byte[]> before, long count) {
        loads.counts.shared(Shared.LEASED);
        stamp = count;
        position = loads.side.token(before, wanted.text(), wanted.asked());
    }

    ConsistencyToken position() {
        return position;
    }

    long stamp() {
        return stamp;
    }

    /** There will be no value. */
    void giveUp() {
        end();
        quietly(() -> home.run(node -> node.release(lease)));
    }

    private @Nullable Found before() {
        return found != null ? found : former;
    }

    /** Says no if there is no load any more; else {@link #endBeat} follows, on the same thread. */
    boolean beginBeat() {
        if (!beating.tryLock()) {
            return false;
        }
        if (ended) {
            beating.unlock();
            return false;
        }
        return true;
    }

    void endBeat() {
        beating.unlock();
    }

    boolean isEnded() {
        return ended;
    }

    void end() {
        home.beats.remove(this);
        beating.lock();
        try {
            ended = true;
        } finally {
            beating.unlock();
        }
    }

    /** The load has failed: what is served in its place, if anything that was found may be. */
    @Nullable Loaded covered() {
        end();
        Found known = found;
        return known != null && known.mayCoverErrors() ? loads.afterFailure(known, wanted) : null;
    }

    /** The record that tells others of a failure, who need not try for a while. */
    Map.Entry<String, byte[]> failure() {
        return Map.entry(loads.side.failure(wanted.text()), SharedLoads.version(lease.version()));
    }

    /** The record that tells those who wait to load for themselves. */
    Map.Entry<String, byte[]> unshared() {
        return Map.entry(loads.side.unshared(wanted.text()), SharedLoads.version(lease.version()));
    }

    private void tellFailed() {
        home.run(node -> node.write(Map.ofEntries(failure()), loads.options.retryAfterError()));
    }

    /** When somebody may try again; until then it keeps others from doing so. */
    private void releaseLater() {
        home.releases.add(List.of(lease), loads.options.retryAfterError());
    }

    /** What was found is served whether or not the node can be told of the failure. */
    private Loaded failed(Throwable failure) throws Throwable {
        Found known = found;
        if (known == null || !known.mayCoverErrors()) {
            quietly(() -> home.run(node -> node.release(lease)));
            throw failure;
        }
        quietly(this::tellFailed);
        releaseLater();
        if (wanted.background() || !(failure instanceof Exception)) {
            throw failure;
        }
        if (failure instanceof InterruptedException) {
            Thread.currentThread().interrupt();
        }
        return loads.afterFailure(known, wanted);
    }

    private void quietly(Runnable work) {
        try {
            work.run();
        } catch (SharedTierException unreachable) {
            LOG.debug("cache {}: a lease ends by itself: {}", loads.side.name(), unreachable.getMessage());
        }
    }

    /** Stores what was loaded, if it can be shared and nothing happened to the key meanwhile. */
    Loaded stored(Loaded loaded) {
        SharedStore store = prepared(loaded);
        if (store == null) {
            if (overtaken()) {
                giveUp();
            } else {
                letOthersGo();
            }
            return loaded;
        }
        try {
            boolean good = isGood(loaded);
            boolean stored = good && home.call(node -> node.storeIf(lease, store.value(), store.life()));
            if (!good && loaded.follows()) {
                quietly(() -> home.run(node -> node.discard(lease))); // or the next would follow it in vain as well
            } else if (!good) {
                quietly(() -> home.run(node -> node.release(lease)));
            }
            return outcome(loaded, stored);
        } catch (SharedTierException failed) {
            Loaded alone = failedToStore(loaded, failed);
            if (failed.reason() != SharedTierException.Reason.NO_ANSWER) {
                letOthersGo();
            }
            return alone;
        }
    }

    /** What was dropped before is in it if it was made of the one before: as good as that one was, and for as long. */
    private long stamp(Loaded loaded) {
        Found before = before();
        return loaded.follows() && before != null ? before.envelope().stamp() : stamp;
    }

    private boolean isGood(Loaded loaded) {
        Set<String> tags = new LinkedHashSet<>(loaded.tags());
        Found before = before();
        if (loaded.follows() && before != null) {
            tags.addAll(before.tags());
        }
        return home.call(node -> loads.side.stamps.ensure(node, tags, stamp(loaded)));
    }

    /** Ends the signs of life. What is to be stored; null if that can't be shared. */
    @Nullable SharedStore prepared(Loaded loaded) {
        end();
        Envelope.Life life = loads.values.life(loaded, wanted.entries());
        byte[] bytes = loaded.keeps(wanted.entries()) && !overtaken()
                ? loads.values.bytes(wanted.text(), loaded, stamp(loaded), life, home.node.maximumValueBytes())
                : null;
        return bytes == null ? null : new SharedStore(lease, bytes, life.lifetime());
    }

    /** Whether an invalidation in this JVM came meanwhile. */
    boolean overtaken() {
        return wanted.flight().overtaken();
    }

    Loaded outcome(Loaded loaded, boolean stored) {
        loads.counts.shared(stored ? Shared.STORED : Shared.OVERTAKEN);
        return stored ? loaded : loaded.overtaken();
    }

    /** What is refused is certainly not there, and is this JVM's alone; without an answer nobody knows. */
    Loaded failedToStore(Loaded loaded, SharedTierException failed) {
        if (failed.reason() == SharedTierException.Reason.NO_ANSWER) {
            loads.counts.shared(Shared.DOWN);
            return loaded.overtaken();
        }
        if (failed.reason() == SharedTierException.Reason.REFUSED) {
            loads.values.unshared.tooLarge(loaded.value(), String.valueOf(failed.getMessage()));
        }
        return loaded;
    }

    /** Whoever waits for this lease loads for itself; what was stored before is outdated. */
    private void letOthersGo() {
        quietly(() -> {
            home.run(node -> node.write(Map.ofEntries(unshared()), Homes.LEASE));
            home.run(node -> node.discard(lease));
        });
    }
}
