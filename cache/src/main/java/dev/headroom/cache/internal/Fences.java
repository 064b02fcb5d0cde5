package dev.headroom.cache.internal;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.RemovalCause;
import dev.headroom.consistency.Consistency;
import dev.headroom.consistency.ConsistencyToken;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Positions that loads must read at, left behind by invalidations: by key, and for the whole cache.
 *
 * <p>Kept for ten minutes, not only until the next load: a value may expire and be loaded again while a standby is still behind.
 * Of too many keys, the positions that are dropped go to the whole cache's, which is the safe side.
 */
final class Fences {
    private static final Duration KEPT = Duration.ofMinutes(10);
    private static final int MAXIMUM = 50_000;

    private final AtomicReference<Whole> whole;
    private final Cache<Object, ConsistencyToken> byKey;
    private final LongSupplier clock;
    private volatile Consistency consistency = Consistency.none();

    private record Whole(ConsistencyToken token, long since) {}

    Fences(LongSupplier clock) {
        this.clock = clock;
        this.whole = new AtomicReference<>(new Whole(ConsistencyToken.NONE, 0));
        this.byKey = Caffeine.newBuilder()
                .expireAfterWrite(KEPT)
                .maximumSize(MAXIMUM)
                .ticker(clock::getAsLong)
                .executor(Runnable::run)
                .evictionListener(this::evicted)
                .build();
    }

    void consistency(Consistency consistency) {
        this.consistency = consistency;
    }

    /** The position of the current request. */
    ConsistencyToken current() {
        return consistency.current();
    }

    /** The position of all that has committed. */
    ConsistencyToken newest() {
        return consistency.newest();
    }

    ConsistencyToken combine(ConsistencyToken a, ConsistencyToken b) {
        return consistency.combine(a, b);
    }

    void raise(Object key, ConsistencyToken token) {
        if (!token.isNone()) {
            byKey.asMap().merge(key, token, consistency::combine);
        }
    }

    /** What a load of the key must reach, beside the position it is asked for with. */
    ConsistencyToken of(Object key, ConsistencyToken asked) {
        ConsistencyToken token = byKey.getIfPresent(key);
        ConsistencyToken needed = token == null ? asked : consistency.combine(token, asked);
        Whole all = whole.get();
        boolean counts = !all.token.isNone() && clock.getAsLong() - all.since < KEPT.toNanos();
        return counts ? consistency.combine(needed, all.token) : needed;
    }

    Loaded within(ConsistencyToken token, Source source, Load load) throws Throwable {
        if (token.isNone()) {
            return source.load(load);
        }
        return consistency.within(token, () -> Thrown.asException(source, load));
    }

    void raiseAll(ConsistencyToken token) {
        if (!token.isNone()) {
            whole.updateAndGet(before -> new Whole(consistency.combine(before.token, token), clock.getAsLong()));
        }
    }

    private void evicted(@Nullable Object key, @Nullable ConsistencyToken token, RemovalCause cause) {
        if (cause == RemovalCause.SIZE && token != null) {
            raiseAll(token);
        }
    }
}
