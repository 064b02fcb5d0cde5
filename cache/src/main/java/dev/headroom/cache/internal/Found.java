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
 * @param version what the tier calls it
 */
record Found(Envelope envelope, @Nullable Object value, SharedRead.Age age, long version) {
    /** The same, kept no longer than that altogether, if it is not zero, for another JVM may have been told otherwise; null if that is over. */
    @Nullable Found atMost(Duration longest) {
        Envelope.Life life = envelope.life();
        Envelope.Life cut = longest.isZero() ? life : life.atMost(longest);
        if (cut.equals(life)) {
            return this;
        }
        Duration less = life.fresh().minus(cut.fresh());
        SharedRead.Age left = age.known() ? SharedRead.Age.left(age.fresh().minus(less)) : age;
        Found found = new Found(envelope.with(cut), value, left, version);
        return left.isFresh() || found.mayRevalidate() || found.mayCoverErrors() ? found : null;
    }

    Collection<String> tags() {
        return envelope.tags();
    }

    boolean tagsAreGood(Stamps stamps, Map<String, byte[]> records) {
        return Stamps.good(envelope.stamp(), stamps.tags(envelope.tags()), records);
    }

    /** Negative values are never served stale. */
    boolean mayRevalidate() {
        return value != null && age.past().compareTo(envelope.life().staleWhileRevalidate()) < 0;
    }

    boolean mayCoverErrors() {
        return value != null && age.past().compareTo(envelope.life().staleIfError()) < 0;
    }

    /**
     * To be held by this JVM, with the windows that its loader gave it, and of its true age, where the tier knows it.
     *
     * @param localFresh how long until the tier is asked again
     */
    Entry entry(EntryOptions entries, Duration localFresh, long now) {
        String etag = envelope.etag().isEmpty() ? null : envelope.etag();
        Loaded loaded = new Loaded(value, true, null, envelope.tags(), etag, 0, Loaded.Origin.SHARED, null, false);
        Envelope.Life life = envelope.life();
        Duration unknown = life.fresh().compareTo(localFresh) < 0 ? life.fresh() : localFresh;
        Duration old = age.known() ? life.fresh().minus(age.fresh()) : Duration.ZERO;
        Entry entry = Entry.shared(
                loaded,
                windows(entries, life),
                age.known() ? life.fresh() : unknown,
                old.isNegative() ? Duration.ZERO : old,
                now,
                localFresh.toNanos());
        entry.version = version;
        entry.stamp = envelope.stamp();
        return entry;
    }

    private static EntryOptions windows(EntryOptions entries, Envelope.Life life) {
        boolean same = entries.staleWhileRevalidate().equals(life.staleWhileRevalidate())
                && entries.staleIfError().equals(life.staleIfError());
        return same
                ? entries
                : entries.withStaleWhileRevalidate(life.staleWhileRevalidate()).withStaleIfError(life.staleIfError());
    }
}
