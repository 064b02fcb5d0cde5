package dev.headroom.memcached;

/**
 * One of several {@code mg} commands that are sent together.
 *
 * @param key the key
 * @param flags as they are sent, separated by blanks
 */
public record MetaGet(String key, String flags) {}
