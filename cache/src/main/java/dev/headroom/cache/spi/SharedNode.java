package dev.headroom.cache.spi;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * One node of a {@link SharedTier}.
 *
 * <p><b>The lease.</b> Who finds nothing under a key gets a lease, one at a time; the others are told that the key is {@linkplain
 * SharedRead#leased leased}. A value that is no longer good is leased by {@link #lease}. The holder loads and stores by {@link #storeIf}, which takes
 * effect only if nothing has happened to the key since the lease was given: no invalidation, no value put, no take-over, no loss of the
 * node's memory. That is the one rule that keeps stale values out, so an implementation that is in doubt does not store. A lease on a key
 * without a value ends by itself after the time it was given for unless {@link #heartbeat} prolongs it; one over a value is ended by {@link #takeOver}.
 *
 * <p><b>Records</b> are small values without leases: counters, and what {@link #merge} makes of them.
 *
 * <p>No method throws anything but {@link SharedTierException}, and each returns within a bounded time. Expiry goes by the node's own clock, never by
 * one JVM's. Thread-safe.
 */
public interface SharedNode {
    /** A stable name. */
    String id();

    /** How it is, in a word, for people who look; empty if it doesn't tell. */
    default String state() {
        return "";
    }

    /** Whether it makes sense to ask it. False while it is known not to answer: then the cache does without it at once. Costs next to nothing. */
    default boolean isAvailable() {
        return true;
    }

    /**
     * The key's value, or, if there is none, a lease for the first who asks. The records are read as well, after the key and if possible in
     * the same round trip.
     *
     * @param leaseFor how long a lease lasts without a heartbeat
     */
    SharedRead readOrLease(String key, Duration leaseFor, Collection<String> records);

    /**
     * The same for several keys, in one round trip if possible; each answer bears the records, which are read after all keys.
     *
     * @param leaseFor how long a lease lasts without a heartbeat
     */
    default Map<String, SharedRead> readOrLeaseAll(
            Collection<String> keys, Duration leaseFor, Collection<String> records) {
        Map<String, SharedRead> found = new LinkedHashMap<>();
        keys.forEach(key -> found.put(key, readOrLease(key, leaseFor, List.of())));
        Map<String, byte[]> read = records(records);
        found.replaceAll((key, each) -> each.with(read));
        return found;
    }

    /** The values that there are; gives no leases. */
    Map<String, SharedRead> readAll(Collection<String> keys);

    /** Asks for a lease over the value of this version, which is too old or not valid any more. */
    SharedRead lease(String key, long version, Duration leaseFor);

    /** The same for several values, in one round trip if possible. */
    default Map<String, SharedRead> leaseAll(Map<String, Long> versions, Duration leaseFor) {
        Map<String, SharedRead> read = new LinkedHashMap<>();
        versions.forEach((key, version) -> read.put(key, lease(key, version, leaseFor)));
        return read;
    }

    /** Prolongs the lease; says whether it is still held, as far as one can tell. */
    boolean heartbeat(SharedLease lease, Duration leaseFor);

    /** The same for several leases, in one round trip if possible; the keys of those that are still held. */
    default Set<String> heartbeatAll(Collection<SharedLease> leases, Duration leaseFor) {
        Set<String> held = new HashSet<>();
        for (SharedLease lease : leases) {
            if (heartbeat(lease, leaseFor)) {
                held.add(lease.key());
            }
        }
        return held;
    }

    /** Stores if nothing has happened to the key since the lease was given; says whether it did. */
    boolean storeIf(SharedLease lease, byte[] value, Lifetime life);

    /** The same for several leases, in one round trip if possible. One that fails leaves the others alone; throws only if there is no answer at all. */
    default SharedStores storeAllIf(Collection<SharedStore> stores) {
        Set<String> stored = new HashSet<>();
        Map<String, SharedTierException> failed = new HashMap<>();
        for (SharedStore each : stores) {
            try {
                if (storeIf(each.lease(), each.value(), each.life())) {
                    stored.add(each.lease().key());
                }
            } catch (SharedTierException failure) {
                failed.put(each.lease().key(), failure);
            }
        }
        return new SharedStores(stored, failed);
    }

    /** Gives the lease back without a value, so that the next may try. Does nothing if it is not held any more. */
    void release(SharedLease lease);

    /** The same for several leases, in one round trip if possible. */
    default void releaseAll(Collection<SharedLease> leases) {
        leases.forEach(this::release);
    }

    /** Gives the lease back and drops the value it is over, which is known to be outdated. Does nothing if it is not held any more. */
    void discard(SharedLease lease);

    /** The same for several leases, in one round trip if possible. */
    default void discardAll(Collection<SharedLease> leases) {
        leases.forEach(this::discard);
    }

    /** Ends a lease over the value of this version, whose holder seems dead. Of several who try, one is told that it did. */
    boolean takeOver(String key, long version);

    /**
     * Stores in any case; leases end. One that the node did not answer in time may still take effect there, but not after something else has happened to the key:
     * whoever gives it up and drops the key has dropped it. May fail with {@link SharedTierException.Reason#NOT_ASKED} if others change the key all the time.
     */
    void put(String key, byte[] value, Lifetime life);

    /** Drops the value; leases end. */
    void invalidate(String key);

    /** The records that there are, by name. */
    Map<String, byte[]> records(Collection<String> names);

    /** Changes a record atomically; the function may be called more than once, with null when there is none. Returns the new record. */
    byte[] merge(String record, Duration kept, UnaryOperator<byte @Nullable []> change);

    /** The same for several records, each by a function of its own, in a few round trips if possible. Returns the new records. */
    default Map<String, byte[]> mergeAll(Map<String, UnaryOperator<byte @Nullable []>> changes, Duration kept) {
        Map<String, byte[]> merged = new HashMap<>();
        changes.forEach((record, change) -> merged.put(record, merge(record, kept, change)));
        return merged;
    }

    /** Writes records, whatever there was before, in one round trip if possible. */
    default void write(Map<String, byte[]> records, Duration kept) {
        records.forEach((name, record) -> merge(name, kept, before -> record));
    }

    /**
     * Adds one to a counter, a record in decimal digits, and returns it. A counter that is not there, or was lost, begins at a random multiple of
     * 2<sup>32</sup>, so that the upper half tells one life of the counter from the next.
     */
    long increment(String counter);

    /** The largest value that it takes, in bytes. */
    int maximumValueBytes();
}
