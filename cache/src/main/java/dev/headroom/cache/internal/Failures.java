package dev.headroom.cache.internal;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Duration;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Failures of a moment ago, by key: for a while they are thrown again, and the source is left alone. */
final class Failures {
    private static final int MOST = 10_000;

    /** Null if the source is always asked. */
    private final @Nullable Cache<Object, Throwable> byKey;

    Failures(Duration pause, LongSupplier clock) {
        this.byKey = pause.isZero()
                ? null
                : Caffeine.newBuilder()
                        .maximumSize(MOST)
                        .expireAfterWrite(pause)
                        .ticker(clock::getAsLong)
                        .executor(Runnable::run)
                        .build();
    }

    /** Null if the key's source may be asked. */
    @Nullable Throwable of(Object key) {
        return byKey == null ? null : byKey.getIfPresent(key);
    }

    /** An invalidation detaches the load first and forgets its failure then: of a load that it has overtaken none is left. */
    void failed(Object key, Throwable failure, Flight flight) {
        if (byKey != null && failure instanceof Exception && !(failure instanceof InterruptedException)) {
            byKey.asMap().compute(key, (k, before) -> flight.detached() ? before : failure);
        }
    }

    /** Somebody has reason to think that it would not fail any more, or has got it. */
    void forget(Object key) {
        if (byKey != null) {
            byKey.invalidate(key);
        }
    }

    void forgetAll() {
        if (byKey != null) {
            byKey.invalidateAll();
        }
    }
}
