package dev.headroom.session;

import dev.headroom.config.Checks;
import dev.headroom.config.Problems;
import java.time.Duration;
import java.util.List;

/**
 * The options of {@link Sessions}; immutable, made by {@link SessionsBuilder}, where each is explained.
 *
 * @param idle how long a session lives without a request
 * @param absolute how long it lives at most
 * @param keyPrefix what every key in the store begins with
 * @param cookie the cookie
 * @param ignore paths that never have a session
 * @param degraded what requests get while the store does not answer
 * @param saveWithin how long a request waits for the store
 * @param maximumLocalSessions how many sessions are kept in this process
 * @param rotationGrace how long requests under way with the old identifier are still served after a change of identifier
 */
public record SessionOptions(
        Duration idle,
        Duration absolute,
        String keyPrefix,
        CookieOptions cookie,
        List<String> ignore,
        Degraded degraded,
        Duration saveWithin,
        int maximumLocalSessions,
        Duration rotationGrace) {
    private static final SessionOptions DEFAULTS = new SessionOptions(
            Duration.ofMinutes(30),
            Duration.ofHours(12),
            "headroom",
            CookieOptions.defaults(),
            List.of(),
            Degraded.LOCAL_COPY,
            Duration.ofMillis(500),
            10_000,
            Duration.ofSeconds(10));

    /** Checks every value. @throws dev.headroom.config.ConfigurationException with all that is wrong */
    public SessionOptions {
        Problems problems = new Problems();
        problems.unless(idle.compareTo(Duration.ofSeconds(1)) >= 0, "idle", idle, ">= PT1S");
        problems.unless(absolute.compareTo(idle) >= 0, "absolute", absolute, ">= idle (" + idle + ")");
        problems.unless(absolute.compareTo(Duration.ofDays(30)) <= 0, "absolute", absolute, "<= 30 days");
        problems.unless(maximumLocalSessions >= 1, "maximumLocalSessions", maximumLocalSessions, ">= 1");
        problems.unless(
                rotationGrace.compareTo(Duration.ofMinutes(1)) <= 0, "rotationGrace", rotationGrace, "<= 1 minute");
        problems.throwIfAny();
        Checks.name("keyPrefix", keyPrefix);
        Checks.positive("saveWithin", saveWithin);
        Checks.notNegative("rotationGrace", rotationGrace);
        ignore = List.copyOf(ignore);
    }

    /** The defaults. */
    public static SessionOptions defaults() {
        return DEFAULTS;
    }
}
