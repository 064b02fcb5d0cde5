package dev.headroom.session.internal;

import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A session as it is stored; immutable.
 *
 * @param stamp random, new with every write
 * @param createdMillis wall clock of the server that made the session
 * @param accessedMillis about when it was last used, by the clock of the server that wrote last
 * @param endsMillis when it ends whatever happens
 * @param maxInactiveSeconds how long it lives unused; zero or less for no limit
 * @param successor the key of the session that took its place when the identifier was changed, or null
 * @param slices the attributes
 */
record SessionRecord(
        long stamp,
        long createdMillis,
        long accessedMillis,
        long endsMillis,
        int maxInactiveSeconds,
        @Nullable String successor,
        Map<String, Slice> slices) {
    SessionRecord {
        slices = Collections.unmodifiableMap(new LinkedHashMap<>(slices));
    }

    boolean ended(long nowMillis) {
        return nowMillis >= endsMillis;
    }

    /** Whether so much of the idle time has passed that the next save must renew it. Clocks that disagree renew more often. */
    boolean needsRenewal(long nowMillis) {
        if (maxInactiveSeconds <= 0) {
            return false;
        }
        long age = nowMillis - accessedMillis;
        return age < 0 || age > maxInactiveSeconds * 250L;
    }

    /** How long the store keeps it: a quarter more than the idle time, because that much may pass before it is renewed. */
    Duration ttl(long nowMillis) {
        Duration left = Duration.ofMillis(Math.max(1, endsMillis - nowMillis));
        if (maxInactiveSeconds <= 0) {
            return left;
        }
        Duration idle = Duration.ofMillis(maxInactiveSeconds * 1250L);
        return idle.compareTo(left) < 0 ? idle : left;
    }
}
