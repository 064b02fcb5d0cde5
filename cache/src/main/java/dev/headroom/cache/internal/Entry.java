package dev.headroom.cache.internal;

import dev.headroom.cache.EntryOptions;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/** A value held, and until when it may be used for what; times are those of the caches' clock. */
final class Entry {
    final @Nullable Object value;
    final long storedAt;
    final long freshNanos;
    final long revalidateNanos;
    final long errorNanos;
    final Set<String> tags;
    final @Nullable String etag;
    final long loadNanos;
    /** What it weighs where values are weighed; set before it is held. */
    int weight;

    /** What the shared tier calls it, and the count of drops that it bears there; 0 where that is not known. Set before it is held. */
    long version;

    long stamp;

    private final long recheckNanos;
    private volatile long checkedAt;
    private volatile @Nullable Postponed postponed;
    private volatile long retryAfter;

    /** Until when it is served unasked, unless something more than this is distrusted since. */
    private record Postponed(long until, long changedAt) {}

    /** A value that this JVM loaded or was given. */
    Entry(@Nullable Object value, EntryOptions options, long now) {
        this(new Loaded(value, true), options, now, Long.MAX_VALUE);
    }

    /** A value that was loaded here, to be compared with what other JVMs share after a while. */
    Entry(Loaded loaded, EntryOptions options, long now, long recheckNanos) {
        this(loaded, options, fresh(loaded.value(), options), 0, now, recheckNanos);
    }

    private Entry(Loaded loaded, EntryOptions options, long fresh, long age, long now, long recheckNanos) {
        this.value = loaded.value();
        this.storedAt = now - age;
        this.checkedAt = now;
        this.freshNanos = fresh;
        boolean negative = value == null;
        this.revalidateNanos =
                negative ? fresh : fresh + options.staleWhileRevalidate().toNanos();
        this.errorNanos = negative ? fresh : fresh + options.staleIfError().toNanos();
        this.tags = loaded.tags();
        this.etag = loaded.etag();
        this.loadNanos = loaded.loadNanos();
        this.recheckNanos = recheckNanos;
    }

    /** A value as another JVM left it: fresh for so long from then on, and so old already. */
    static Entry shared(Loaded found, EntryOptions options, Duration fresh, Duration age, long now, long recheck) {
        return new Entry(found, options, fresh.toNanos(), age.toNanos(), now, recheck);
    }

    private static long fresh(@Nullable Object value, EntryOptions options) {
        if (value == null) {
            return options.negative().toNanos();
        }
        long fresh = options.fresh().toNanos();
        double cut = options.jitter() == 0 ? 0 : ThreadLocalRandom.current().nextDouble(options.jitter());
        return fresh - (long) (fresh * cut);
    }

    boolean fresh(long now) {
        return now - storedAt < freshNanos;
    }

    /** Whether what other JVMs share should be asked before this is served. */
    boolean unchecked(long now, long changedAt) {
        boolean old = fresh(now) && now - checkedAt >= recheckNanos;
        return recheckNanos != Long.MAX_VALUE && (old || distrusted(changedAt)) && !postponed(now, changedAt);
    }

    /** Whether it was last compared before that. */
    boolean distrusted(long changedAt) {
        return checkedAt - changedAt < 0;
    }

    /** What other JVMs share is the same. */
    void compared(long now) {
        checkedAt = now;
    }

    private boolean postponed(long now, long changedAt) {
        Postponed known = postponed;
        return known != null && known.changedAt == changedAt && now - known.until < 0;
    }

    /**
     * What other JVMs share could not be asked: it is served unasked a little longer.
     *
     * @param changedAt since when nothing was trusted when it was tried
     */
    void postpone(long now, long pause, long changedAt) {
        postponed = new Postponed(now + Math.min(pause, recheckNanos), changedAt);
    }

    /** It was loaded across something that others may have told in vain. */
    void distrust(long changedAt) {
        checkedAt = changedAt - 1;
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

    /**
     * Whether to refresh it before its time, at random, the likelier the nearer its end and the costlier its load: XFetch, Vattani, Chierichetti and
     * Lowenstein, "Optimal Probabilistic Cache Stampede Prevention", PVLDB 8(8), 2015. The time now, plus the load's time times {@code beta}, times the
     * negated logarithm of a random number, is past the end.
     */
    boolean due(long now, double beta) {
        long left = freshNanos - (now - storedAt);
        return mayBeDue(now, beta)
                && -Math.log(1 - ThreadLocalRandom.current().nextDouble()) * loadNanos * beta >= left;
    }

    /** Whether there is any chance that it is due: the logarithm of a random number is hardly ever beyond 30. */
    boolean mayBeDue(long now, double beta) {
        return loadNanos > 0 && freshNanos - (now - storedAt) <= loadNanos * beta * 30;
    }

    boolean negative() {
        return value == null;
    }

    /** How long it is of any use. */
    long longestNanos() {
        return Math.max(revalidateNanos, errorNanos);
    }

    /** Whether no window allows it any more. */
    boolean useless(long now) {
        return now - storedAt >= longestNanos();
    }

    /** Loading failed: for a while nobody tries again. */
    void failed(long now, long pauseNanos) {
        retryAfter = Math.max(1, now - storedAt + pauseNanos);
    }

    boolean resting(long now) {
        return now - storedAt < retryAfter;
    }
}
