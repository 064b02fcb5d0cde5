package dev.headroom.cache.internal;

import dev.headroom.annotation.Advice;
import dev.headroom.annotation.Interceptor;
import dev.headroom.annotation.InterceptorSlot;
import dev.headroom.annotation.Invocation;
import dev.headroom.annotation.MethodSite;
import dev.headroom.cache.CachedAll;
import dev.headroom.cache.EntryOptions;
import dev.headroom.config.ConfigurationException;
import java.lang.reflect.Parameter;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Behaviour of {@link CachedAll}. */
final class CachedAllInterceptor implements Interceptor<CachedAll> {
    private static final String NAME = "@CachedAll";
    private static final Set<Class<?>> SEVERAL = Set.of(Collection.class, Set.class, List.class, Iterable.class);

    private final DefaultCaches caches;

    CachedAllInterceptor(DefaultCaches caches) {
        this.caches = caches;
    }

    @Override
    public Class<CachedAll> annotation() {
        return CachedAll.class;
    }

    @Override
    public InterceptorSlot slot() {
        return InterceptorSlot.CACHE;
    }

    @Override
    public Advice compile(CachedAll annotation, MethodSite site) {
        if (site.implementation().getReturnType() != Map.class) {
            throw new ConfigurationException(
                    NAME,
                    site.label() + " returns "
                            + site.implementation().getReturnType().getSimpleName(),
                    "a Map of values by key");
        }
        int at = keys(annotation.keys(), site);
        boolean asList = site.implementation().getParameterTypes()[at] == List.class;
        DefaultCache<Object, @Nullable Object> cache = caches.named(Sites.cacheName(NAME, annotation.cache()));
        cache.typeIfUnknown(values(site));
        EntryOptions options = options(annotation, cache.options().entries());
        Tags tags = Tags.ofEach(NAME, annotation.tags(), site, at);
        return invocation -> {
            Object given = invocation.arguments()[at];
            if (given == null) {
                throw new IllegalArgumentException(
                        NAME + ": " + site.label() + ": keys: null (expected: a collection)");
            }
            Collection<Object> wanted = new LinkedHashSet<>();
            ((Iterable<?>) given).forEach(wanted::add);
            Map<Object, Object> found = new LinkedHashMap<>();
            cache.fetchAll(wanted, new Called(invocation, at, asList, tags), options)
                    .forEach((key, value) -> {
                        if (value != null) {
                            found.put(key, value);
                        }
                    });
            return found;
        };
    }

    /** The method, called with the keys that are missing. */
    private record Called(Invocation invocation, int at, boolean asList, Tags tags) implements BulkLoads.BulkSource {
        @Override
        public Map<?, ?> load(Set<Object> missing) throws Throwable {
            Object result = invocation.proceed(with(asList ? new ArrayList<>(missing) : missing));
            return result == null ? Map.of() : (Map<?, ?>) result;
        }

        @Override
        public Set<String> tags(Object key, Object value) {
            return tags.none() ? Set.of() : tags.of(with(key), value);
        }

        private @Nullable Object[] with(Object keys) {
            @Nullable Object[] arguments = invocation.arguments().clone();
            arguments[at] = keys;
            return arguments;
        }
    }

    private static int keys(String expression, MethodSite site) {
        Parameter[] parameters = site.implementation().getParameters();
        int at = expression.isEmpty() ? (parameters.length == 1 ? 0 : -1) : named(expression, site);
        if (at < 0) {
            throw new ConfigurationException(
                    NAME + ".keys",
                    "\"" + expression + "\" on " + site.label() + " with " + parameters.length + " parameters",
                    "the parameter with the keys, #name or #p0, unless it is the only one");
        }
        if (!SEVERAL.contains(parameters[at].getType())) {
            throw new ConfigurationException(
                    NAME + ".keys",
                    parameters[at].getType().getSimpleName() + " of " + site.label(),
                    "a Collection, Set, List or Iterable of keys");
        }
        return at;
    }

    private static int named(String expression, MethodSite site) {
        Parameter[] implementation = site.implementation().getParameters();
        Parameter[] declared = site.declared().getParameters();
        for (int i = 0; i < implementation.length; i++) {
            boolean named = (implementation[i].isNamePresent() && expression.equals("#" + implementation[i].getName()))
                    || (declared.length == implementation.length
                            && declared[i].isNamePresent()
                            && expression.equals("#" + declared[i].getName()));
            if (named || expression.equals("#p" + i)) {
                return i;
            }
        }
        return -1;
    }

    private static Type values(MethodSite site) {
        return site.implementation().getGenericReturnType() instanceof ParameterizedType map
                ? map.getActualTypeArguments()[1]
                : Object.class;
    }

    private static EntryOptions options(CachedAll annotation, EntryOptions from) {
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
