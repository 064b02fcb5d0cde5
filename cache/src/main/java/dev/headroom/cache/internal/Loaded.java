package dev.headroom.cache.internal;

import org.jspecify.annotations.Nullable;

/**
 * What a source answered.
 *
 * @param value the value
 * @param keep whether it may be stored
 */
record Loaded(@Nullable Object value, boolean keep) {}
