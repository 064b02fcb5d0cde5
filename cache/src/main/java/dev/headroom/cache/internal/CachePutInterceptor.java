package dev.headroom.cache.internal;

import dev.headroom.annotation.Advice;
import dev.headroom.annotation.Interceptor;
import dev.headroom.annotation.InterceptorSlot;
import dev.headroom.annotation.KeyExpression;
import dev.headroom.annotation.MethodSite;
import dev.headroom.cache.CachePut;
import dev.headroom.cache.EntryOptions;
import dev.headroom.config.Checks;
import dev.headroom.transaction.Transactions;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** Behaviour of {@link CachePut}. */
final class CachePutInterceptor implements Interceptor<CachePut> {
    private static final String NAME = "@CachePut";

    private final DefaultCaches caches;

    CachePutInterceptor(DefaultCaches caches) {
        this.caches = caches;
    }

    @Override
    public Class<CachePut> annotation() {
        return CachePut.class;
    }

    @Override
    public InterceptorSlot slot() {
        return InterceptorSlot.CACHE;
    }

    @Override
    public Advice compile(CachePut annotation, MethodSite site) {
        Sites.checkResult(NAME, site);
        DefaultCache<Object, @Nullable Object> cache = caches.named(Sites.cacheName(NAME, annotation.cache()));
        Keys keys = Keys.afterCall(NAME, Checks.notBlank(NAME + ".key", annotation.key()), site);
        KeyExpression unless = Sites.unless(NAME, annotation.unless(), site);
        Tags tags = Tags.of(NAME, annotation.tags(), site);
        EntryOptions from = cache.options().entries();
        EntryOptions options = Sites.changed(from, NAME + ".fresh", annotation.fresh(), from::withFresh);
        return invocation -> {
            Object result = invocation.proceed();
            @Nullable Object[] arguments = invocation.arguments();
            if (Sites.keeps(unless, arguments, result)) {
                Object key = keys.of(arguments, result);
                Set<String> tagged = tags.of(arguments, result);
                Transactions transactions = caches.contracts().transactions();
                AtomicBoolean stored = new AtomicBoolean();
                transactions.afterCommit(null, () -> {
                    cache.store(key, result, options, tagged);
                    stored.set(true);
                });
                transactions.afterPossibleCommit(
                        null,
                        () -> { // later than the other, if that runs at all
                            if (!stored.get()) {
                                cache.drop(key);
                            }
                        });
            }
            return result;
        };
    }
}
