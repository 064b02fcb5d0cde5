package dev.headroom.cache.internal;

import dev.headroom.cache.EntryOptions;
import dev.headroom.cache.spi.SharedRead;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A value of the shared tier, decoded.
 *
 * @param value the value, null for one that is known not to be there
 * @param age what is known of its age
 */
record Found(Envelope envelope, @Nullable Object value, SharedRead.Age age) {
    Collection<String> tags() {
        return envelope.tags();
    }

    boolean tagsAreGood(Stamps stamps, Map<String, byte[]> records) {
        return Stamps.good(envelope.stamp(), stamps.tags(envelope.tags()), records);
    }

    /** Negative values are never served stale. */
    boolean within(Duration window) {
        return value != null && age.past().compareTo(window) < 0;
    }

    /**
     * To be held by this JVM.
     *
     * @param localFresh how long until the tier is asked again
     */
    Entry entry(EntryOptions entries, Duration localFresh, long now) {
        String etag = envelope.etag().isEmpty() ? null : envelope.etag();
        Loaded loaded = new Loaded(value, true, null, envelope.tags(), etag, 0, Loaded.Origin.SHARED, null);
        Duration most = value == null ? entries.negative() : entries.fresh();
        Duration unknown = most.compareTo(localFresh) < 0 ? most : localFresh;
        Duration fresh = age.known() ? age.fresh() : unknown;
        return Entry.shared(loaded, entries, fresh, age.past(), now, localFresh.toNanos());
    }
}
