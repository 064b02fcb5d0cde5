package dev.headroom.cache;

import dev.headroom.config.Checks;
import java.time.Duration;

/**
 * The options of one cache; immutable.
 *
 * @param entries how long values live unless a call or an annotation says otherwise
 * @param maximumSize how many values are kept
 * @param earlyRefresh the share of freshness after which a hit refreshes in the background; 1 is off
 * @param waitAtMost how long a caller waits for a load that another caller does, or for a place to load
 * @param retryAfterError for how long a value that is served because loading failed is served without trying again
 */
public record CacheOptions(
        EntryOptions entries, long maximumSize, double earlyRefresh, Duration waitAtMost, Duration retryAfterError) {
    private static final CacheOptions DEFAULTS =
            new CacheOptions(EntryOptions.defaults(), 10_000, 1, Duration.ofSeconds(10), Duration.ofSeconds(1));

    /** Checks every value. @throws dev.headroom.config.ConfigurationException if one breaks its rule */
    public CacheOptions {
        Checks.present("entries", entries);
        Checks.atLeast("maximumSize", maximumSize, 1);
        Checks.between("earlyRefresh", earlyRefresh, 0.1, 1);
        Checks.positive("waitAtMost", waitAtMost);
        Checks.positive("retryAfterError", retryAfterError);
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
        private double earlyRefresh;
        private Duration waitAtMost;
        private Duration retryAfterError;

        private Builder(CacheOptions from) {
            this.entries = from.entries;
            this.maximumSize = from.maximumSize;
            this.earlyRefresh = from.earlyRefresh;
            this.waitAtMost = from.waitAtMost;
            this.retryAfterError = from.retryAfterError;
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

        /** The options. */
        public CacheOptions build() {
            return new CacheOptions(entries, maximumSize, earlyRefresh, waitAtMost, retryAfterError);
        }
    }
}
