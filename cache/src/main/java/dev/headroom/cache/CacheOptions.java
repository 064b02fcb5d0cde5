package dev.headroom.cache;

import dev.headroom.codec.Codec;
import dev.headroom.codec.Codecs;
import dev.headroom.config.Checks;
import java.time.Duration;
import java.util.function.ToIntBiFunction;
import org.jspecify.annotations.Nullable;

/**
 * The options of one cache; immutable.
 *
 * @param entries how long values live unless a call or an annotation says otherwise
 * @param maximumSize how many values are kept, unless there is a weight
 * @param weight how much the values that are kept may weigh, null if they are counted
 * @param earlyRefresh the share of freshness after which a hit refreshes in the background; 1 is off
 * @param waitAtMost how long a caller waits for a load that another caller does, or for a place to load
 * @param retryAfterError for how long a value that is served because loading failed is served without trying again
 * @param failureBackoff for how long after a failed load the source is not asked again; zero is not at all
 * @param refreshBeta how eagerly a hit near the end of freshness refreshes at random; 0 is off
 * @param softTimeout how long a caller waits for a load when there is a stale value to serve; zero is as long as it takes
 * @param hardTimeout how long a caller waits for a load; zero is as long as it takes
 * @param maximumAge how long a value is kept altogether, whatever is said of it elsewhere; zero is as long as is said
 * @param shared whether the cache uses the shared tier, if there is one
 * @param localFresh how long a value of the shared tier is served from this JVM without asking again
 * @param codec what makes bytes of values for the shared tier
 * @param schemaVersion the version of what the values mean
 * @param compressFrom the size from which bytes are compressed
 */
public record CacheOptions(
        EntryOptions entries,
        long maximumSize,
        @Nullable Weight weight,
        double earlyRefresh,
        Duration waitAtMost,
        Duration retryAfterError,
        Duration failureBackoff,
        double refreshBeta,
        Duration softTimeout,
        Duration hardTimeout,
        Duration maximumAge,
        boolean shared,
        Duration localFresh,
        Codec codec,
        int schemaVersion,
        int compressFrom) {
    /**
     * How much values may weigh.
     *
     * @param maximum altogether
     * @param of what one weighs, by its key and value
     */
    public record Weight(long maximum, ToIntBiFunction<Object, Object> of) {
        /** Checks every value. @throws dev.headroom.config.ConfigurationException if one breaks its rule */
        public Weight {
            Checks.atLeast("maximumWeight", maximum, 1);
            Checks.present("weigher", of);
        }
    }

    private static final CacheOptions DEFAULTS = new CacheOptions(
            EntryOptions.defaults(),
            10_000,
            null,
            1,
            Duration.ofSeconds(10),
            Duration.ofSeconds(1),
            Duration.ZERO,
            0,
            Duration.ZERO,
            Duration.ZERO,
            Duration.ZERO,
            true,
            Duration.ofSeconds(30),
            Codecs.tlv().build(),
            1,
            4096);

    /** Checks every value. @throws dev.headroom.config.ConfigurationException if one breaks its rule */
    public CacheOptions {
        Checks.present("entries", entries);
        Checks.atLeast("maximumSize", maximumSize, 1);
        Checks.between("earlyRefresh", earlyRefresh, 0.1, 1);
        Checks.positive("waitAtMost", waitAtMost);
        Checks.positive("retryAfterError", retryAfterError);
        Checks.notNegative("failureBackoff", failureBackoff);
        Checks.between("refreshBeta", refreshBeta, 0, 10);
        Checks.notNegative("softTimeout", softTimeout);
        Checks.notNegative("hardTimeout", hardTimeout);
        Checks.notNegative("maximumAge", maximumAge);
        Checks.positive("localFresh", localFresh);
        Checks.present("codec", codec);
        Checks.between("schemaVersion", schemaVersion, 0, 1_000_000);
        Checks.atLeast("compressFrom", compressFrom, 0);
    }

    /** The defaults. */
    public static CacheOptions defaults() {
        return DEFAULTS;
    }

    /** A builder that begins with these options. */
    public Builder with() {
        return new Builder(this);
    }

    /** Collects options. Not thread-safe. */
    public static final class Builder {
        private EntryOptions entries;
        private long maximumSize;
        private @Nullable Weight weight;
        private double earlyRefresh;
        private Duration waitAtMost;
        private Duration retryAfterError;
        private Duration failureBackoff;
        private double refreshBeta;
        private Duration softTimeout;
        private Duration hardTimeout;
        private Duration maximumAge;
        private boolean shared;
        private Duration localFresh;
        private Codec codec;
        private int schemaVersion;
        private int compressFrom;

        private Builder(CacheOptions from) {
            this.entries = from.entries;
            this.maximumSize = from.maximumSize;
            this.weight = from.weight;
            this.earlyRefresh = from.earlyRefresh;
            this.waitAtMost = from.waitAtMost;
            this.retryAfterError = from.retryAfterError;
            this.failureBackoff = from.failureBackoff;
            this.refreshBeta = from.refreshBeta;
            this.softTimeout = from.softTimeout;
            this.hardTimeout = from.hardTimeout;
            this.maximumAge = from.maximumAge;
            this.shared = from.shared;
            this.localFresh = from.localFresh;
            this.codec = from.codec;
            this.schemaVersion = from.schemaVersion;
            this.compressFrom = from.compressFrom;
        }

        /** How long a value is fresh; default 5 minutes. @throws dev.headroom.config.ConfigurationException if not longer than zero */
        public Builder fresh(Duration fresh) {
            entries = entries.withFresh(fresh);
            return this;
        }

        /** How long after that it is served while it is refreshed in the background; default zero. */
        public Builder staleWhileRevalidate(Duration window) {
            entries = entries.withStaleWhileRevalidate(window);
            return this;
        }

        /** How long after that it is served when loading fails; default zero. */
        public Builder staleIfError(Duration window) {
            entries = entries.withStaleIfError(window);
            return this;
        }

        /** How long a null is kept; default zero: it is not. */
        public Builder negative(Duration negative) {
            entries = entries.withNegative(negative);
            return this;
        }

        /** The random share by which freshness is shortened, 0 to 0.5; default 0.1. */
        public Builder jitter(double jitter) {
            entries = entries.withJitter(jitter);
            return this;
        }

        /** How many values are kept, at least 1; default 10,000. Beyond, the ones least likely to be used again go. */
        public Builder maximumSize(long maximumSize) {
            this.maximumSize = Checks.atLeast("maximumSize", maximumSize, 1);
            this.weight = null;
            return this;
        }

        /**
         * How much the values that are kept may weigh altogether, at least 1, in place of {@link #maximumSize}; default: they are counted. Beyond, the ones least likely
         * to be used again go.
         *
         * @param weigher what one value weighs, by its key and value, 0 or more, in a unit of yours, for instance bytes; asked each time the value comes to be held. A
         *     value for which it throws or answers less than 0 is answered and shared, but not held in this JVM, and takes the one before out; the first is warned of. A
         *     null that is kept weighs 1
         */
        public Builder maximumWeight(long maximum, ToIntBiFunction<Object, Object> weigher) {
            this.weight = new Weight(maximum, weigher);
            return this;
        }

        /** The share of freshness after which a hit refreshes in the background, 0.1 to 1; default 1: never. Stops under load. */
        public Builder earlyRefresh(double share) {
            this.earlyRefresh = Checks.between("earlyRefresh", share, 0.1, 1);
            return this;
        }

        /**
         * How long a caller waits for a load that another caller does, or for a place to load; default 10 seconds. A request's deadline
         * makes it shorter.
         */
        public Builder waitAtMost(Duration waitAtMost) {
            this.waitAtMost = Checks.positive("waitAtMost", waitAtMost);
            return this;
        }

        /** For how long, after a failed load, a stale value is served without trying again; default 1 second. */
        public Builder retryAfterError(Duration retryAfterError) {
            this.retryAfterError = Checks.positive("retryAfterError", retryAfterError);
            return this;
        }

        /**
         * For how long, after a failed load of a key, the source is not asked for it again: whoever wants it gets a stale value, if one may be served, or the same failure
         * at once. Of this JVM; a failure of a load of several keys is that of each of them, and {@code getAll} loads the others before it throws. Ended by an invalidation,
         * {@code put}, {@code refresh} and by a value that comes in any other way. Default zero: every caller tries.
         */
        public Builder failureBackoff(Duration failureBackoff) {
            this.failureBackoff = Checks.notNegative("failureBackoff", failureBackoff);
            return this;
        }

        /**
         * Refreshes in the background at random before the end of freshness, the likelier the nearer the end and the longer the load took (XFetch);
         * default 0: off. 1 is usual, more is earlier; at most 10. Stops under load.
         */
        public Builder refreshBeta(double beta) {
            this.refreshBeta = Checks.between("refreshBeta", beta, 0, 10);
            return this;
        }

        /**
         * How long a caller waits for a load when there is a stale value that may cover errors; then it gets that, and the load goes on in the
         * background and is stored. Default zero: as long as the load takes.
         */
        public Builder softTimeout(Duration softTimeout) {
            this.softTimeout = Checks.notNegative("softTimeout", softTimeout);
            return this;
        }

        /**
         * How long a caller waits for a load it needs; then it gets a {@link CacheTimeoutException}, and the load goes on in the background and is
         * stored if it succeeds. Loads run on the refresh threads then. Default zero: as long as the load takes.
         */
        public Builder hardTimeout(Duration hardTimeout) {
            this.hardTimeout = Checks.notNegative("hardTimeout", hardTimeout);
            return this;
        }

        /**
         * How long a value is served altogether, fresh and stale, whatever these options, a call, an annotation, a loader or another JVM says of it; default zero: as long
         * as they say. For what one must not keep for longer. Freshness is cut to it, and then the stale windows to what is left; counted from the end of the load, or from when it
         * was put. Where a shared tier counts in whole seconds it may be up to a second longer, and {@link #localFresh} longer where it does not know how old a value is
         * (memcached without meta commands).
         */
        public Builder maximumAge(Duration maximumAge) {
            this.maximumAge = Checks.notNegative("maximumAge", maximumAge);
            return this;
        }

        /** Whether the cache uses the shared tier, if there is one; default true. */
        public Builder shared(boolean shared) {
            this.shared = shared;
            return this;
        }

        /**
         * How long a value of the shared tier is served from this JVM without asking the tier again; default 30 seconds. What another JVM drops is
         * dropped here within {@link CachesBuilder#journalEvery}; this is the limit should that fail. While the tier can't be asked, a value is served until it is no longer fresh.
         */
        public Builder localFresh(Duration localFresh) {
            this.localFresh = Checks.positive("localFresh", localFresh);
            return this;
        }

        /** What makes bytes of values for the shared tier; default {@link Codecs#tlv()} without types of yours. */
        public Builder codec(Codec codec) {
            this.codec = Checks.present("codec", codec);
            return this;
        }

        /** The version of what the values mean, 0 to 1,000,000; default 1. JVMs of another version neither see nor overwrite the values. */
        public Builder schemaVersion(int schemaVersion) {
            this.schemaVersion = Checks.between("schemaVersion", schemaVersion, 0, 1_000_000);
            return this;
        }

        /** Values of this many bytes or more are compressed for the shared tier if that makes them smaller; default 4,096. */
        public Builder compressFrom(int bytes) {
            this.compressFrom = Checks.atLeast("compressFrom", bytes, 0);
            return this;
        }

        /** The options. */
        public CacheOptions build() {
            return new CacheOptions(
                    entries,
                    maximumSize,
                    weight,
                    earlyRefresh,
                    waitAtMost,
                    retryAfterError,
                    failureBackoff,
                    refreshBeta,
                    softTimeout,
                    hardTimeout,
                    maximumAge,
                    shared,
                    localFresh,
                    codec,
                    schemaVersion,
                    compressFrom);
        }
    }
}
