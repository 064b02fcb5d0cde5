package dev.headroom.cache.internal;

import dev.headroom.annotation.Advice;
import dev.headroom.annotation.Interceptor;
import dev.headroom.annotation.InterceptorSlot;
import dev.headroom.annotation.MethodSite;
import dev.headroom.cache.CacheEvict;
import dev.headroom.cache.internal.CacheEvictInterceptor.Eviction;
import java.util.ArrayList;
import java.util.List;

/** Behaviour of several {@link CacheEvict} on one method. */
final class CacheEvictSeveralInterceptor implements Interceptor<CacheEvict.Several> {
    private final CacheEvictInterceptor single;

    CacheEvictSeveralInterceptor(DefaultCaches caches) {
        this.single = new CacheEvictInterceptor(caches);
    }

    @Override
    public Class<CacheEvict.Several> annotation() {
        return CacheEvict.Several.class;
    }

    @Override
    public InterceptorSlot slot() {
        return InterceptorSlot.CACHE;
    }

    @Override
    public Advice compile(CacheEvict.Several annotation, MethodSite site) {
        List<Eviction> evictions = new ArrayList<>();
        for (CacheEvict each : annotation.value()) {
            evictions.add(single.eviction(each, site));
        }
        return invocation -> {
            Object result = invocation.proceed();
            evictions.forEach(eviction -> eviction.after(invocation.arguments(), result));
            return result;
        };
    }
}
