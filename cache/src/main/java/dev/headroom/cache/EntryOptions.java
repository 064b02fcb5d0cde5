package dev.headroom.cache;

import dev.headroom.config.Checks;
import java.time.Duration;

/**
 * How long a value lives; immutable.
 *
 * <p>A value is <em>fresh</em> for {@code fresh}, less a random share of up to {@code jitter} so that values stored together do not end
 * together. After that it is <em>stale</em>: for {@code staleWhileRevalidate} it is served while one caller's refresh runs in the background;
 * for {@code staleIfError} it is served only when loading fails, or, under load pressure, while a refresh runs. Both windows begin at the end
 * of freshness. Past the longer of the two it is gone. The terms are those of RFC 5861.
 *
 * <p>In the JVM that loaded they hold as they are; memcached counts in whole seconds, so other JVMs have them rounded up to those.
 *
 * @param fresh longer than zero; default 5 minutes
 * @param staleWhileRevalidate default zero: off
 * @param staleIfError default zero: off
 * @param negative how long a null is kept; it is never served stale; default zero: a null is not kept
 * @param jitter 0 to 0.5; default 0.1
 */
public record EntryOptions(
        Duration fresh, Duration staleWhileRevalidate, Duration staleIfError, Duration negative, double jitter) {
    private static final Duration LONGEST = Duration.ofDays(3650);
    private static final EntryOptions DEFAULTS =
            new EntryOptions(Duration.ofMinutes(5), Duration.ZERO, Duration.ZERO, Duration.ZERO, 0.1);

    /**
     * Checks every value.
     *
     * @throws dev.headroom.config.ConfigurationException if {@code fresh} is not longer than zero, another duration is negative, one is
     *     longer than ten years, or {@code jitter} is not in 0 to 0.5
     */
    public EntryOptions {
        Checks.positive("fresh", fresh);
        Checks.notNegative("staleWhileRevalidate", staleWhileRevalidate);
        Checks.notNegative("staleIfError", staleIfError);
        Checks.notNegative("negative", negative);
        Checks.between("jitter", jitter, 0, 0.5);
        bounded("fresh", fresh);
        bounded("staleWhileRevalidate", staleWhileRevalidate);
        bounded("staleIfError", staleIfError);
        bounded("negative", negative);
    }

    /** The defaults. */
    public static EntryOptions defaults() {
        return DEFAULTS;
    }

    /** The same with another time of freshness. */
    public EntryOptions withFresh(Duration fresh) {
        return new EntryOptions(fresh, staleWhileRevalidate, staleIfError, negative, jitter);
    }

    /** The same with another time during which a stale value is served while it is refreshed. */
    public EntryOptions withStaleWhileRevalidate(Duration staleWhileRevalidate) {
        return new EntryOptions(fresh, staleWhileRevalidate, staleIfError, negative, jitter);
    }

    /** The same with another time during which a stale value is served when loading fails. */
    public EntryOptions withStaleIfError(Duration staleIfError) {
        return new EntryOptions(fresh, staleWhileRevalidate, staleIfError, negative, jitter);
    }

    /** The same with another time for which a null is kept. */
    public EntryOptions withNegative(Duration negative) {
        return new EntryOptions(fresh, staleWhileRevalidate, staleIfError, negative, jitter);
    }

    /** The same with another share of randomness. */
    public EntryOptions withJitter(double jitter) {
        return new EntryOptions(fresh, staleWhileRevalidate, staleIfError, negative, jitter);
    }

    /** The same, cut so that a value is kept no longer than this altogether: its freshness first, then the stale windows after it. */
    public EntryOptions atMost(Duration longest) {
        Checks.positive("longest", longest);
        Duration freshest = shorter(fresh, longest);
        Duration left = longest.minus(freshest);
        EntryOptions cut = new EntryOptions(
                freshest,
                shorter(staleWhileRevalidate, left),
                shorter(staleIfError, left),
                shorter(negative, longest),
                jitter);
        return cut.equals(this) ? this : cut;
    }

    private static Duration shorter(Duration a, Duration b) {
        return a.compareTo(b) <= 0 ? a : b;
    }

    private static void bounded(String option, Duration value) {
        if (value.compareTo(LONGEST) > 0) {
            Checks.that(false, option, value, "<= " + LONGEST);
        }
    }
}
