package dev.headroom.cache.jcache;

import java.net.URI;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.WeakHashMap;
import javax.cache.CacheManager;
import javax.cache.configuration.OptionalFeature;
import javax.cache.spi.CachingProvider;
import org.jspecify.annotations.Nullable;

/**
 * JCache on Caffeine: the whole of JSR-107 1.1 but its annotations, for a library that asks for it.
 *
 * <p>A cache of it belongs to this JVM. It loads a key once at a time ({@code readThrough}), stores by value or by reference, and has expiry policies,
 * entry processors, listeners, writers, statistics and MXBeans. It has no shared tier, no stale values, no tags and no meters: JCache has no words for them, and its
 * listeners and entry processors no meaning across JVMs. For these use {@link dev.headroom.cache.Caches}.
 *
 * <p>Loaders, writers, entry processors and listeners run while the key is locked, so that each key's events come in order: one that waits for another
 * thread's work on the same key waits for ever. Expiry goes by a monotonic clock. Stored by value, keys and values are copied by Java serialisation, within
 * this JVM; those that can't change, such as texts and numbers, are not copied. Each listener is given copies of its own.
 *
 * <p>Managers are one for each URI and class loader; any URI will do. A manager that is not closed goes with its class loader, which the provider doesn't hold, unless an
 * MXBean of its caches is registered. Of a manager's properties one counts: {@value #MAXIMUM_SIZE}, how many entries each of
 * its caches holds before it evicts some, at least 1, default 100,000. Thread-safe.
 *
 * <pre>{@code
 * CacheManager manager = Caching.getCachingProvider().getCacheManager();
 * Cache<String, Product> products = manager.createCache("products",
 *         new MutableConfiguration<String, Product>().setTypes(String.class, Product.class));
 * }</pre>
 */
public final class HeadroomCachingProvider implements CachingProvider {
    /** The property of a manager that says how many entries each of its caches holds. */
    public static final String MAXIMUM_SIZE = "headroom.maximumSize";

    private static final URI DEFAULT = URI.create("headroom:default");

    private final LoaderLocal managers = new LoaderLocal();
    private final Set<Manager> open = Collections.newSetFromMap(new WeakHashMap<>());

    /** For the service loader. */
    public HeadroomCachingProvider() {}

    @Override
    public synchronized CacheManager getCacheManager(
            @Nullable URI uri, @Nullable ClassLoader loader, @Nullable Properties properties) {
        URI name = uri == null ? DEFAULT : uri;
        ClassLoader of = loader == null ? getDefaultClassLoader() : loader;
        return managers.of(of).computeIfAbsent(name, n -> {
            Manager made = new Manager(this, n, of, properties == null ? new Properties() : properties);
            open.add(made);
            return made;
        });
    }

    @Override
    public CacheManager getCacheManager(@Nullable URI uri, @Nullable ClassLoader loader) {
        return getCacheManager(uri, loader, null);
    }

    @Override
    public CacheManager getCacheManager() {
        return getCacheManager(null, null, null);
    }

    @Override
    public ClassLoader getDefaultClassLoader() {
        return HeadroomCachingProvider.class.getClassLoader();
    }

    @Override
    public URI getDefaultURI() {
        return DEFAULT;
    }

    @Override
    public Properties getDefaultProperties() {
        return new Properties();
    }

    @Override
    public boolean isSupported(OptionalFeature feature) {
        return feature == OptionalFeature.STORE_BY_REFERENCE;
    }

    @Override
    public void close() {
        List<Manager> all = new ArrayList<>();
        synchronized (this) {
            all.addAll(open);
        }
        all.forEach(Manager::close);
    }

    @Override
    public void close(@Nullable ClassLoader loader) {
        List<Manager> all = new ArrayList<>();
        synchronized (this) {
            all.addAll(managers.of(loader == null ? getDefaultClassLoader() : loader)
                    .values());
        }
        all.forEach(Manager::close);
    }

    @Override
    public void close(@Nullable URI uri, @Nullable ClassLoader loader) {
        Manager one;
        synchronized (this) {
            one = managers.of(loader == null ? getDefaultClassLoader() : loader).get(uri == null ? DEFAULT : uri);
        }
        if (one != null) {
            one.close();
        }
    }

    synchronized void closed(Manager manager) {
        open.remove(manager);
        ClassLoader loader = manager.getClassLoader();
        if (loader != null) {
            Map<URI, Manager> some = managers.of(loader);
            some.remove(manager.getURI(), manager);
            if (some.isEmpty()) {
                managers.remove(loader);
            }
        }
    }
}
