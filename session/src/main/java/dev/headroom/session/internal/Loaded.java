package dev.headroom.session.internal;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A session as a request found it.
 *
 * @param record the session
 * @param version the store's version, or {@link #UNKNOWN}
 * @param replay changes of earlier requests that could not be stored and are now this request's to store
 * @param origin where it came from
 */
record Loaded(SessionRecord record, long version, Map<String, byte @Nullable []> replay, Origin origin) {
    static final long UNKNOWN = Long.MIN_VALUE;

    enum Origin {
        /** The store has it. */
        STORE,
        /** The store has to be told of it. */
        NEW,
        /** The store did not answer. */
        LOCAL
    }
}
