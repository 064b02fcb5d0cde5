package dev.headroom.cache.internal;

import org.jspecify.annotations.Nullable;

/**
 * What was there before a load. One whose invalidation may have gone unheard is good for its etag alone: of that the source says whether it is still true, whatever
 * happened meanwhile. What a loader makes of one itself is stored for everybody, so that such a one is not shown to it.
 *
 * @param entry null if there was nothing
 * @param known whether it is known not to have been invalidated until the load began
 */
record Prior(@Nullable Entry entry, boolean known) {
    static final Prior NONE = new Prior(null, false);

    static Prior known(@Nullable Entry entry) {
        return of(entry, true);
    }

    /** One that others may have invalidated. */
    static Prior unproven(@Nullable Entry entry) {
        return of(entry, false);
    }

    static Prior of(@Nullable Entry entry, boolean known) {
        return entry == null || entry.negative() ? NONE : new Prior(entry, known);
    }

    /** For a loader to look at. */
    @Nullable Entry shown() {
        return known ? entry : null;
    }

    /** To be kept if the source says so. */
    @Nullable Entry keepable() {
        Entry there = entry;
        return there != null && (known || there.etag != null) ? there : null;
    }

    @Nullable String etag() {
        return entry == null ? null : entry.etag;
    }
}
