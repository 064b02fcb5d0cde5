package dev.headroom.cache.internal;

import dev.headroom.cache.CacheOptions;
import dev.headroom.cache.EntryOptions;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a source answered, or the shared tier.
 *
 * @param value the value
 * @param keep whether it may be stored
 * @param options how long it lives, null if as the call said
 * @param tags the value's tags
 * @param etag what the source can be asked with whether it has changed
 * @param loadNanos how long the load took; 0 if that is not known
 * @param origin how it came here
 * @param entry what to hold as it is, for a value that was not loaded here
 * @param follows whether its loader made it of the one before
 */
record Loaded(
        @Nullable Object value,
        boolean keep,
        @Nullable EntryOptions options,
        Set<String> tags,
        @Nullable String etag,
        long loadNanos,
        Origin origin,
        @Nullable Entry entry,
        boolean follows) {
    /** How a value came here. */
    enum Origin {
        /** Loaded in this JVM. */
        LOAD,
        /** Loaded in this JVM and overtaken by an invalidation: not to be held. */
        OVERTAKEN,
        /** Another JVM's, fresh. */
        SHARED,
        /** Another JVM's, past its freshness; to be refreshed in the background. */
        STALE,
        /** Another JVM's, past its freshness, served because loading failed. */
        FAILED,
        /** What this JVM holds already. */
        HELD
    }

    Loaded(@Nullable Object value, boolean keep) {
        this(value, keep, null, Set.of(), null, 0, Origin.LOAD, null, false);
    }

    /** What is held already, or came from the shared tier. */
    static Loaded of(Entry entry, Origin origin) {
        return new Loaded(entry.value, true, null, entry.tags, entry.etag, entry.loadNanos, origin, entry, false);
    }

    Loaded overtaken() {
        return new Loaded(value, false, options, tags, etag, loadNanos, Origin.OVERTAKEN, null, follows);
    }

    Loaded took(long nanos) {
        return new Loaded(value, keep, options, tags, etag, nanos, origin, entry, follows);
    }

    /** Whether it may be stored, under the options of the call. */
    boolean keeps(EntryOptions call) {
        return keep && (value != null || !said(call).negative().isZero());
    }

    /** How long it lives: as the call said, or its loader, and no longer than values of the cache may. */
    EntryOptions options(EntryOptions call, CacheOptions of) {
        EntryOptions said = said(call);
        return of.maximumAge().isZero() ? said : said.atMost(of.maximumAge());
    }

    private EntryOptions said(EntryOptions call) {
        return options == null ? call : options;
    }
}
