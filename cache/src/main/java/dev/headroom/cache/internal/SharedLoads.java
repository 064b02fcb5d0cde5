package dev.headroom.cache.internal;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.headroom.cache.CacheOptions;
import dev.headroom.cache.internal.CacheCounts.Shared;
import dev.headroom.cache.spi.SharedTierException;
import dev.headroom.consistency.ConsistencyToken;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Gets a value that this JVM does not hold: from the shared tier, or, with its lease, from the source. One JVM loads; the others serve what is stale, if
 * they may, or look again every few milliseconds. What can't be shared each loads for itself, as soon as the first has found that out.
 *
 * <p>A lease is stored under only if nothing happened to the key since ({@link dev.headroom.cache.spi.SharedNode}); what a load needs to know, the
 * count of drops and the position to read at, is read after the lease is given and before the load begins. So an invalidation either comes before the
 * lease, and then the load sees its position, or it ends the lease.
 *
 * <p>If the tier can't be reached, this JVM loads for itself, at the newest position there is: what others have invalidated it can't know.
 */
final class SharedLoads {
    final CacheOptions options;
    final SharedSide side;
    final Surroundings around;
    final CacheCounts counts;
    final SharedValues values;
    final Suspects suspects = new Suspects();

    SharedLoads(CacheOptions options, SharedSide side, Surroundings around, CacheCounts counts, SharedValues values) {
        this.options = options;
        this.side = side;
        this.around = around;
        this.counts = counts;
        this.values = values;
    }

    Loaded get(Wanted wanted) throws Throwable {
        try {
            return found(wanted);
        } catch (Wanted.SourceFailed failed) {
            throw failed.ofSource;
        }
    }

    private Loaded found(Wanted wanted) throws Throwable {
        side.settle();
        long distrusted = side.distrusted(); // before the node is tried, or its coming back would go unnoticed
        String key = side.key(wanted.text());
        Home home = side.homes.of(key);
        if (home.node.isAvailable()) { // a matter of nanoseconds, which an exception is not
            try {
                return new Attempt(this, wanted, key, home).run();
            } catch (SharedTierException unreachable) {
                // Without it.
            }
        }
        return without(wanted, distrusted);
    }

    /** What the tier has that may be served while the source is left alone, without a lease, which others may make use of; null if that is nothing. */
    @Nullable Loaded there(Wanted wanted) {
        side.settle();
        try {
            return new Attempt(this, wanted).there();
        } catch (SharedTierException unreachable) {
            return null;
        }
    }

    private Loaded without(Wanted wanted, long distrusted) throws Throwable {
        counts.shared(Shared.DOWN);
        Entry held = wanted.held();
        if (!wanted.anew() && held != null && held.fresh(around.now())) {
            return postponed(held, distrusted);
        }
        return wanted.load(side.newest(wanted.asked()), Prior.unproven(held));
    }

    /**
     * What is held is served though it could not be compared with the tier.
     *
     * @param distrusted since when nothing was trusted when that was tried
     */
    Loaded postponed(Entry held, long distrusted) {
        held.postpone(around.now(), Duration.ofSeconds(1).toNanos(), distrusted);
        return Loaded.of(held, Loaded.Origin.HELD);
    }

    /** Before a load, by what the tier was found to have: what this JVM holds besides may have been invalidated without its having heard of it. */
    Prior prior(@Nullable Found found, Wanted wanted) {
        return found == null ? Prior.unproven(wanted.held()) : Prior.known(entry(found, wanted));
    }

    Entry entry(Found found, Wanted wanted) {
        return found.entry(wanted.entries(), options.localFresh(), around.now());
    }

    /** Of a value whose load has failed just now: nobody tries again for a while. */
    Loaded afterFailure(Found found, Wanted wanted) {
        Entry entry = entry(found, wanted);
        entry.failed(around.now(), options.retryAfterError().toNanos());
        return Loaded.of(entry, Loaded.Origin.FAILED);
    }

    /** Stores a value that was given; its position is left first. */
    void put(String text, Loaded loaded, ConsistencyToken position) {
        side.settle();
        Home home = side.homes.of(side.key(text));
        try {
            Map<String, byte[]> before = home.call(node -> node.records(List.of(side.stamps.counter())));
            long stamp = home.call(node -> side.stamps.now(node, before));
            Envelope.Life life = values.life(loaded, options.entries());
            byte[] bytes = values.bytes(text, loaded, stamp, life, home.node.maximumValueBytes());
            if (bytes == null) {
                side.drop(text, position);
                return;
            }
            home.call(node -> side.stamps.ensure(node, loaded.tags(), stamp));
            home.run(node -> side.leave(node, side.note(text), position));
            home.run(node -> node.put(side.key(text), bytes, life.lifetime()));
            side.tellPut(home, text, position);
        } catch (SharedTierException unreachable) {
            side.drop(text, position);
        }
    }

    static byte[] version(long version) {
        return Long.toUnsignedString(version).getBytes(US_ASCII);
    }

    static long version(byte[] text) {
        return Long.parseUnsignedLong(new String(text, US_ASCII));
    }
}
