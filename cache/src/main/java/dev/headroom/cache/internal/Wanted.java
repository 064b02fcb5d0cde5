package dev.headroom.cache.internal;

import dev.headroom.cache.EntryOptions;
import dev.headroom.cache.spi.SharedTierException;
import dev.headroom.consistency.ConsistencyToken;
import org.jspecify.annotations.Nullable;

/**
 * A value that is wanted and that this JVM does not have.
 *
 * @param text the key
 * @param held what this JVM holds, which is not good enough
 * @param asked the position to read at, as far as this JVM knows
 * @param background whether nobody waits for it
 * @param anew whether it is to be loaded whatever there is
 * @param waitNanos how long to wait for another JVM's load
 */
record Wanted(
        String text,
        EntryOptions entries,
        @Nullable Entry held,
        ConsistencyToken asked,
        boolean background,
        boolean anew,
        long waitNanos,
        Flight flight,
        FromSource source) {
    /** Loads from the source, at the position. */
    interface FromSource {
        Loaded load(ConsistencyToken position, Prior prior) throws Throwable;
    }

    /** Loads; what the source itself says of some tier is not taken for the tier's that is asked here. */
    Loaded load(ConsistencyToken position, Prior prior) throws Throwable {
        try {
            return source.load(position, prior);
        } catch (SharedTierException ofSource) {
            throw new SourceFailed(ofSource);
        }
    }

    /** A source's own {@link SharedTierException}, on its way to the caller. */
    static final class SourceFailed extends Exception {
        private static final long serialVersionUID = 1L;

        final SharedTierException ofSource;

        SourceFailed(SharedTierException ofSource) {
            super(null, ofSource, false, false);
            this.ofSource = ofSource;
        }
    }
}
