package dev.headroom.cache.spi;

/**
 * A lease as its node gave it.
 *
 * @param key the key
 * @param version what the node compares when the holder stores
 * @param incarnation what must not have changed for the version to mean anything: the connection, for a node that begins to count anew when
 *     it is started again
 * @param overValue whether there is a value that others go on to see
 */
public record SharedLease(String key, long version, long incarnation, boolean overValue) {}
