package dev.headroom.cache.jcache;

import dev.headroom.config.Checks;
import java.lang.ref.WeakReference;
import java.net.URI;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Properties;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.cache.Cache;
import javax.cache.CacheException;
import javax.cache.CacheManager;
import javax.cache.configuration.Configuration;
import javax.cache.spi.CachingProvider;
import org.jspecify.annotations.Nullable;

/** The caches of one URI and class loader. */
final class Manager implements CacheManager {
    private static final AtomicInteger THREADS = new AtomicInteger();

    private final HeadroomCachingProvider provider;
    private final URI uri;
    private final WeakReference<ClassLoader> loader;
    private static final int QUEUE = 10_000;

    private final Properties properties;
    private final long maximumSize;
    private final TreeMap<String, StandardCache<?, ?>> caches = new TreeMap<>();
    private final ExecutorService loading = threads("headroom-jcache-load-", 4);
    private boolean closed;

    Manager(HeadroomCachingProvider provider, URI uri, ClassLoader loader, Properties properties) {
        this.provider = provider;
        this.uri = uri;
        this.loader = new WeakReference<>(loader);
        this.properties = new Properties();
        this.properties.putAll(properties);
        String size = properties.getProperty(HeadroomCachingProvider.MAXIMUM_SIZE, "100000");
        this.maximumSize = Checks.atLeast(HeadroomCachingProvider.MAXIMUM_SIZE, number(size), 1);
    }

    private static long number(String size) {
        try {
            return Long.parseLong(size.strip());
        } catch (NumberFormatException none) {
            Checks.that(false, HeadroomCachingProvider.MAXIMUM_SIZE, size, ">= 1");
            throw none;
        }
    }

    /** Daemon threads that end when idle; of more than ten thousand tasks that wait for one the rest are rejected. */
    static ExecutorService threads(String prefix, int most) {
        ThreadPoolExecutor threads =
                new ThreadPoolExecutor(most, most, 10, TimeUnit.SECONDS, new LinkedBlockingQueue<>(QUEUE), work -> {
                    Thread thread = new Thread(work, prefix + THREADS.incrementAndGet());
                    thread.setDaemon(true);
                    return thread;
                });
        threads.allowCoreThreadTimeOut(true);
        return threads;
    }

    @Override
    public CachingProvider getCachingProvider() {
        return provider;
    }

    @Override
    public URI getURI() {
        return uri;
    }

    @Override
    public @Nullable ClassLoader getClassLoader() {
        return loader.get();
    }

    @Override
    public Properties getProperties() {
        return properties;
    }

    @Override
    public synchronized <K, V, C extends Configuration<K, V>> Cache<K, V> createCache(String name, C configuration) {
        open();
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(configuration, "configuration");
        if (caches.containsKey(name)) {
            throw new CacheException("cache " + name + ": exists already (expected: another name)");
        }
        StandardCache<K, V> cache = new StandardCache<>(this, name, configuration, maximumSize, loading);
        caches.put(name, cache);
        cache.announce();
        return cache;
    }

    @Override
    @SuppressWarnings("unchecked") // the types are compared
    public synchronized <K, V> @Nullable Cache<K, V> getCache(String name, Class<K> keys, Class<V> values) {
        open();
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(keys, "keyType");
        Objects.requireNonNull(values, "valueType");
        StandardCache<?, ?> cache = caches.get(name);
        if (cache == null) {
            return null;
        }
        Class<?> ownKeys = cache.configuration().getKeyType();
        Class<?> ownValues = cache.configuration().getValueType();
        if (!ownKeys.equals(keys) || !ownValues.equals(values)) {
            throw new ClassCastException("cache " + name + ": " + keys.getName() + ", " + values.getName()
                    + " (expected: " + ownKeys.getName() + ", " + ownValues.getName() + ")");
        }
        return (Cache<K, V>) cache;
    }

    @Override
    @SuppressWarnings("unchecked") // as the specification has it: the caller knows
    public synchronized <K, V> @Nullable Cache<K, V> getCache(String name) {
        open();
        return (Cache<K, V>) caches.get(Objects.requireNonNull(name, "name"));
    }

    @Override
    public synchronized Iterable<String> getCacheNames() {
        open();
        return Collections.unmodifiableList(new ArrayList<>(caches.keySet()));
    }

    @Override
    public void destroyCache(String name) {
        StandardCache<?, ?> cache;
        synchronized (this) {
            open();
            cache = caches.get(Objects.requireNonNull(name, "name"));
        }
        if (cache != null) {
            cache.close();
        }
    }

    @Override
    public void enableManagement(String name, boolean enabled) {
        StandardCache<?, ?> cache = known(name);
        if (cache != null) {
            cache.enableManagement(enabled);
        }
    }

    @Override
    public void enableStatistics(String name, boolean enabled) {
        StandardCache<?, ?> cache = known(name);
        if (cache != null) {
            cache.enableStatistics(enabled);
        }
    }

    private synchronized @Nullable StandardCache<?, ?> known(String name) {
        open();
        return caches.get(Objects.requireNonNull(name, "name"));
    }

    /** A cache has been closed. */
    synchronized void closed(String name, StandardCache<?, ?> cache) {
        caches.remove(name, cache);
    }

    @Override
    public void close() {
        List<StandardCache<?, ?>> all;
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
            all = new ArrayList<>(caches.values());
        }
        all.forEach(StandardCache::close);
        loading.shutdown();
        provider.closed(this);
    }

    @Override
    public synchronized boolean isClosed() {
        return closed;
    }

    @Override
    public <T> T unwrap(Class<T> type) {
        if (type.isInstance(this)) {
            return type.cast(this);
        }
        throw new IllegalArgumentException("type: " + type.getName() + " (expected: " + Manager.class.getName() + ")");
    }

    private void open() {
        if (closed) {
            throw new IllegalStateException("cache manager " + uri + ": closed (expected: open)");
        }
    }
}
