package dev.headroom.memcached;

/**
 * A value read with its version.
 *
 * @param value the bytes; not copied, not to be changed
 * @param cas the version that {@link MemcachedPort#cas} compares
 */
@SuppressWarnings("ArrayRecordComponent") // a view of what came over the wire, never compared
public record Item(byte[] value, long cas) {}
