package dev.headroom.cache.internal;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import com.github.benmanes.caffeine.cache.RemovalCause;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Makes what holds a cache's values: by size. Freshness is judged elsewhere; Caffeine's expiry only frees what no window allows any more. */
final class HeldValues {
    private HeldValues() {}

    static Cache<Object, Entry> atMost(long maximumSize, LongSupplier clock, CacheCounts counts) {
        return Caffeine.newBuilder()
                .maximumSize(maximumSize)
                .expireAfter(new Usefulness())
                .ticker(clock::getAsLong)
                .executor(Runnable::run)
                .removalListener((@Nullable Object key, @Nullable Entry entry, RemovalCause cause) -> {
                    if (cause == RemovalCause.EXPLICIT) {
                        counts.removed();
                    }
                })
                .evictionListener((@Nullable Object key, @Nullable Entry entry, RemovalCause cause) -> {
                    if (cause == RemovalCause.SIZE) {
                        counts.evicted();
                    }
                })
                .build();
    }

    /** For Caffeine: an entry goes when no window allows it. */
    private static final class Usefulness implements Expiry<Object, Entry> {
        @Override
        public long expireAfterCreate(Object key, Entry entry, long now) {
            return Math.max(TimeUnit.MILLISECONDS.toNanos(1), entry.longestNanos() - (now - entry.storedAt));
        }

        @Override
        public long expireAfterUpdate(Object key, Entry entry, long now, long left) {
            return expireAfterCreate(key, entry, now);
        }

        @Override
        public long expireAfterRead(Object key, Entry entry, long now, long left) {
            return left;
        }
    }
}
