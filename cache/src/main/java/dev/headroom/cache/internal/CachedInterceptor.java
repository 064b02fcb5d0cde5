package dev.headroom.cache.internal;

import dev.headroom.annotation.Advice;
import dev.headroom.annotation.Interceptor;
import dev.headroom.annotation.InterceptorSlot;
import dev.headroom.annotation.Invocation;
import dev.headroom.annotation.KeyExpression;
import dev.headroom.annotation.MethodSite;
import dev.headroom.cache.Cached;
import dev.headroom.cache.EntryOptions;
import org.jspecify.annotations.Nullable;

/** Behaviour of {@link Cached}. */
final class CachedInterceptor implements Interceptor<Cached> {
    private static final String NAME = "@Cached";

    private final DefaultCaches caches;

    CachedInterceptor(DefaultCaches caches) {
        this.caches = caches;
    }

    @Override
    public Class<Cached> annotation() {
        return Cached.class;
    }

    @Override
    public InterceptorSlot slot() {
        return InterceptorSlot.CACHE;
    }

    @Override
    public Advice compile(Cached annotation, MethodSite site) {
        Sites.checkResult(NAME, site);
        DefaultCache<Object, @Nullable Object> cache = caches.named(Sites.cacheName(NAME, annotation.cache()));
        cache.typeIfUnknown(site.implementation().getGenericReturnType());
        Keys keys = Keys.beforeCall(NAME, annotation.key(), site);
        KeyExpression unless = Sites.unless(NAME, annotation.unless(), site);
        EntryOptions options = options(annotation, cache.options().entries());
        return new CachedAdvice(cache, keys, unless, Tags.of(NAME, annotation.tags(), site), options);
    }

    private record CachedAdvice(
            DefaultCache<Object, @Nullable Object> cache,
            Keys keys,
            @Nullable KeyExpression unless,
            Tags tags,
            EntryOptions options)
            implements Advice {
        @Override
        public @Nullable Object answer(@Nullable Object[] arguments) {
            Entry hit = cache.hit(keys.of(arguments, null));
            return hit == null ? NO_ANSWER : hit.value;
        }

        @Override
        public @Nullable Object invoke(Invocation invocation) throws Throwable {
            @Nullable Object[] arguments = invocation.arguments();
            Source source = load -> {
                Object result = invocation.proceed();
                if (Sites.keeps(unless, arguments, result)) {
                    load.tags(tags.of(arguments, result).toArray(String[]::new));
                } else {
                    load.doNotCache();
                }
                return load.ended(result);
            };
            return cache.fetch(keys.of(arguments, null), source, options);
        }
    }

    private static EntryOptions options(Cached annotation, EntryOptions from) {
        EntryOptions options = Sites.changed(from, NAME + ".fresh", annotation.fresh(), from::withFresh);
        options = Sites.changed(
                options,
                NAME + ".staleWhileRevalidate",
                annotation.staleWhileRevalidate(),
                options::withStaleWhileRevalidate);
        options = Sites.changed(options, NAME + ".staleIfError", annotation.staleIfError(), options::withStaleIfError);
        return Sites.changed(options, NAME + ".negative", annotation.negative(), options::withNegative);
    }
}
