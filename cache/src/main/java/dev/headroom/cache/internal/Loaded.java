package dev.headroom.cache.internal;

import dev.headroom.cache.EntryOptions;
import org.jspecify.annotations.Nullable;

/**
 * What a source answered.
 *
 * @param value the value
 * @param keep whether it may be stored
 * @param options how it is kept; null for the options of the call
 */
record Loaded(
        @Nullable Object value, boolean keep, @Nullable EntryOptions options) {
    Loaded(@Nullable Object value, boolean keep) {
        this(value, keep, null);
    }

    /** How it is kept, when the call had these options. */
    EntryOptions options(EntryOptions ofTheCall) {
        return options == null ? ofTheCall : options;
    }
}
