package dev.headroom.cache.spi;

/**
 * A value to be stored under a lease.
 *
 * @param lease the lease
 * @param value the bytes, not to be changed
 * @param life how long the value is of use
 */
@SuppressWarnings("ArrayRecordComponent") // on its way to a node, never compared
public record SharedStore(SharedLease lease, byte[] value, Lifetime life) {}
