package dev.headroom.cache.internal;

import dev.headroom.annotation.Advice;
import dev.headroom.annotation.Interceptor;
import dev.headroom.annotation.InterceptorSlot;
import dev.headroom.annotation.MethodSite;
import dev.headroom.cache.CacheEvict;
import dev.headroom.config.Checks;
import java.util.Iterator;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Behaviour of {@link CacheEvict}. */
final class CacheEvictInterceptor implements Interceptor<CacheEvict> {
    private static final String NAME = "@CacheEvict";

    private final DefaultCaches caches;

    CacheEvictInterceptor(DefaultCaches caches) {
        this.caches = caches;
    }

    @Override
    public Class<CacheEvict> annotation() {
        return CacheEvict.class;
    }

    @Override
    public InterceptorSlot slot() {
        return InterceptorSlot.CACHE;
    }

    @Override
    public Advice compile(CacheEvict annotation, MethodSite site) {
        Eviction eviction = eviction(annotation, site);
        return invocation -> {
            Object result = invocation.proceed();
            eviction.after(invocation.arguments(), result);
            return result;
        };
    }

    /** What one annotation drops after a call. */
    @FunctionalInterface
    interface Eviction {
        void after(@Nullable Object[] arguments, @Nullable Object result);
    }

    Eviction eviction(CacheEvict annotation, MethodSite site) {
        DefaultCache<Object, @Nullable Object> cache = caches.named(Sites.cacheName(NAME, annotation.cache()));
        Tags tags = Tags.of(NAME, annotation.tags(), site);
        if (annotation.all()) {
            Checks.that(tags.none(), NAME + ".tags", String.join(", ", annotation.tags()), "none beside all = true");
            Checks.that(annotation.key().isEmpty(), NAME + ".key", annotation.key(), "none beside all = true");
            return (arguments, result) -> caches.contracts().transactions().afterPossibleCommit(null, cache::clear);
        }
        Keys keys = !tags.none() && annotation.key().isEmpty() ? null : Keys.afterCall(NAME, annotation.key(), site);
        return (arguments, result) -> {
            Object key = keys == null ? null : keys.of(arguments, result);
            Set<String> tagged = tags.of(arguments, result);
            caches.contracts().transactions().afterPossibleCommit(null, () -> {
                try {
                    if (key != null) {
                        cache.drop(key);
                    }
                } finally {
                    invalidateTags(cache, tagged.iterator());
                }
            });
        };
    }

    /** Each, whether or not another fails. */
    private static void invalidateTags(DefaultCache<?, ?> cache, Iterator<String> tags) {
        if (tags.hasNext()) {
            try {
                cache.invalidateTag(tags.next());
            } finally {
                invalidateTags(cache, tags);
            }
        }
    }
}
