package dev.headroom.cache.jcache;

import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import javax.cache.expiry.Duration;
import javax.cache.expiry.ExpiryPolicy;
import org.jspecify.annotations.Nullable;

/** When entries end, in milliseconds of a monotonic clock; a policy that fails changes nothing, and lets a new entry live for ever. */
final class Expiries {
    static final long NEVER = Long.MAX_VALUE;

    private final ExpiryPolicy policy;

    Expiries(ExpiryPolicy policy) {
        this.policy = policy;
    }

    static long now() {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
    }

    static boolean over(long end, long now) {
        return end != NEVER && end - now <= 0;
    }

    long created(long now) {
        return end(policy::getExpiryForCreation, NEVER, now);
    }

    long accessed(long end, long now) {
        return end(policy::getExpiryForAccess, end, now);
    }

    long updated(long end, long now) {
        return end(policy::getExpiryForUpdate, end, now);
    }

    ExpiryPolicy policy() {
        return policy;
    }

    private static long end(Supplier<@Nullable Duration> asked, long otherwise, long now) {
        Duration duration;
        try {
            duration = asked.get();
        } catch (RuntimeException failed) {
            return otherwise;
        }
        if (duration == null) {
            return otherwise;
        }
        return duration.isEternal() ? NEVER : now + duration.getTimeUnit().toMillis(duration.getDurationAmount());
    }
}
