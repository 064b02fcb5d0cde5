package dev.headroom.cache.internal;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Duration;

/**
 * Leases over values that others hold, and since when this JVM has seen them, by its own clock. Of too many some are forgotten, so that whoever goes on looking at one
 * must remember it.
 */
final class Suspects {
    private static final long DEAD_AFTER = Homes.LEASE.toNanos() * 3 / 2;
    private static final int MOST = 10_000;

    private final Cache<String, Suspect> known = Caffeine.newBuilder()
            .maximumSize(MOST)
            .expireAfterWrite(Duration.ofMinutes(1))
            .executor(Runnable::run)
            .build();

    private record Suspect(long version, long since) {}

    /** Since when the lease has been seen. */
    long since(String key, long version) {
        Suspect suspect = known.getIfPresent(key);
        if (suspect != null && suspect.version == version) {
            return suspect.since;
        }
        long now = System.nanoTime();
        known.put(key, new Suspect(version, now));
        return now;
    }

    /** Whether that is so long ago that its holder should have given a sign of life. */
    static boolean old(long since) {
        return System.nanoTime() - since > DEAD_AFTER;
    }
}
