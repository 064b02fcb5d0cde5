package dev.headroom.cache.spi;

import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a node has for a key.
 *
 * @param value the bytes, null if there are none; not to be changed
 * @param version of the value or of the lease on nothing; another one after every change
 * @param age what is known of the value's age
 * @param lease the lease, if this read got it
 * @param leased whether somebody else has a lease
 * @param records the records asked for that there are
 */
@SuppressWarnings("ArrayRecordComponent") // a view of what came over the wire, never compared
public record SharedRead(
        byte @Nullable [] value,
        long version,
        Age age,
        @Nullable SharedLease lease,
        boolean leased,
        Map<String, byte[]> records) {
    /** Nothing there and no lease. */
    public static final SharedRead NOTHING = new SharedRead(null, 0, Age.UNKNOWN, null, false, Map.of());

    /** The same with these records. */
    public SharedRead with(Map<String, byte[]> records) {
        return new SharedRead(value, version, age, lease, leased, records);
    }

    /**
     * What is known of a value's age.
     *
     * @param known whether the node tells it; where it does not, it keeps values no longer than they are fresh
     * @param fresh how long it is still fresh; negative if it is not
     * @param past how long ago it ceased to be fresh; zero if it is
     */
    public record Age(boolean known, Duration fresh, Duration past) {
        /** A fresh value of unknown age. */
        public static final Age UNKNOWN = new Age(false, Duration.ZERO, Duration.ZERO);

        /** From the time of freshness that is left, negative if it is over. */
        public static Age left(Duration fresh) {
            return new Age(true, fresh, fresh.isNegative() ? fresh.negated() : Duration.ZERO);
        }

        /** Whether the value is fresh. */
        public boolean isFresh() {
            return !known || (!fresh.isNegative() && !fresh.isZero());
        }
    }
}
