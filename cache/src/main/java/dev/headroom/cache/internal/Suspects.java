package dev.headroom.cache.internal;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Duration;

/** Leases over values that others hold, and since when this JVM has seen them, by its own clock. */
final class Suspects {
    private static final long DEAD_AFTER = Homes.LEASE.toNanos() * 3 / 2;

    private final Cache<String, Suspect> known = Caffeine.newBuilder()
            .maximumSize(1000)
            .expireAfterWrite(Duration.ofMinutes(1))
            .executor(Runnable::run)
            .build();

    private record Suspect(long version, long since) {}

    /** Whether the lease has been seen for so long that its holder should have given a sign of life. */
    boolean old(String key, long version) {
        long now = System.nanoTime();
        Suspect suspect = known.getIfPresent(key);
        if (suspect == null || suspect.version != version) {
            known.put(key, new Suspect(version, now));
            return false;
        }
        return now - suspect.since > DEAD_AFTER;
    }
}
