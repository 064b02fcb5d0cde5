package dev.headroom.cache.internal;

import dev.headroom.cache.EntryOptions;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/** A value held, and until when it may be used for what; times are those of the caches' clock. */
final class Entry {
    final @Nullable Object value;
    final long storedAt;
    final long freshNanos;
    final long revalidateNanos;
    final long errorNanos;
    private volatile long retryAfter;

    Entry(@Nullable Object value, EntryOptions options, long now) {
        this.value = value;
        this.storedAt = now;
        if (value == null) {
            this.freshNanos = options.negative().toNanos();
            this.revalidateNanos = freshNanos;
            this.errorNanos = freshNanos;
        } else {
            long fresh = options.fresh().toNanos();
            double cut = options.jitter() == 0 ? 0 : ThreadLocalRandom.current().nextDouble(options.jitter());
            this.freshNanos = fresh - (long) (fresh * cut);
            this.revalidateNanos = freshNanos + options.staleWhileRevalidate().toNanos();
            this.errorNanos = freshNanos + options.staleIfError().toNanos();
        }
    }

    boolean fresh(long now) {
        return now - storedAt < freshNanos;
    }

    boolean mayRevalidate(long now) {
        return now - storedAt < revalidateNanos;
    }

    boolean mayCoverErrors(long now) {
        return now - storedAt < errorNanos;
    }

    /** Whether so large a share of its freshness is over. */
    boolean aged(long now, double share) {
        return now - storedAt >= (long) (freshNanos * share);
    }

    boolean negative() {
        return value == null;
    }

    /** How long it is of any use. */
    long longestNanos() {
        return Math.max(revalidateNanos, errorNanos);
    }

    /** Loading failed: for a while nobody tries again. */
    void failed(long now, long pauseNanos) {
        retryAfter = Math.max(1, now - storedAt + pauseNanos);
    }

    boolean resting(long now) {
        return now - storedAt < retryAfter;
    }
}
