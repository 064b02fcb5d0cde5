package dev.headroom.cache.jcache;

import java.io.Closeable;
import java.io.IOException;
import java.util.Iterator;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import javax.cache.Cache;
import javax.cache.CacheManager;
import javax.cache.configuration.CacheEntryListenerConfiguration;
import javax.cache.configuration.CompleteConfiguration;
import javax.cache.configuration.Configuration;
import javax.cache.configuration.MutableConfiguration;
import javax.cache.expiry.EternalExpiryPolicy;
import javax.cache.expiry.ExpiryPolicy;
import javax.cache.integration.CompletionListener;
import javax.cache.processor.EntryProcessor;
import javax.cache.processor.EntryProcessorResult;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One JCache cache: checks what callers give it, has it done, and knows its configuration and when it is closed. */
@SuppressWarnings("NullAway") // the specification's methods answer null where there is nothing
final class StandardCache<K, V> implements Cache<K, V> {
    private static final Logger LOG = LoggerFactory.getLogger(HeadroomCachingProvider.class);
    private static final String CONFIGURATION = "CacheConfiguration";
    private static final String STATISTICS = "CacheStatistics";

    private final Manager manager;
    private final String name;
    private final MutableConfiguration<K, V> configuration;
    private final Statistics statistics = new Statistics();
    private final Listeners<K, V> listeners = new Listeners<>(this);
    private final Source<K, V> source;
    private final Expiries expiries;
    private final Slots<K, V> slots;
    private final KeyOperations<K, V> one;
    private final BulkOperations<K, V> bulk;
    private volatile boolean closed;

    StandardCache(Manager manager, String name, Configuration<K, V> given, long maximumSize, ExecutorService loading) {
        this.manager = manager;
        this.name = name;
        this.configuration = own(given);
        this.source = new Source<>(configuration);
        ExpiryPolicy policy = configuration.getExpiryPolicyFactory() == null
                ? new EternalExpiryPolicy()
                : configuration.getExpiryPolicyFactory().create();
        this.expiries = new Expiries(policy);
        Copies copies = new Copies(configuration.isStoreByValue(), manager.getClassLoader());
        this.slots = new Slots<>(maximumSize, copies, expiries, listeners, statistics::evicted);
        this.one = new KeyOperations<>(slots, source, statistics);
        this.bulk = new BulkOperations<>(slots, source, statistics, loading);
        configuration.getCacheEntryListenerConfigurations().forEach(listeners::add);
    }

    private static <K, V> MutableConfiguration<K, V> own(Configuration<K, V> given) {
        return given instanceof CompleteConfiguration<K, V> complete
                ? new MutableConfiguration<>(complete)
                : new MutableConfiguration<K, V>()
                        .setTypes(given.getKeyType(), given.getValueType())
                        .setStoreByValue(given.isStoreByValue());
    }

    /** Registers what is to be seen from the beginning. */
    void announce() {
        enableStatistics(configuration.isStatisticsEnabled());
        enableManagement(configuration.isManagementEnabled());
    }

    CompleteConfiguration<K, V> configuration() {
        return configuration;
    }

    void enableManagement(boolean enabled) {
        configuration.setManagementEnabled(enabled);
        if (enabled) {
            Management.register(new Management.Configured(configuration), CONFIGURATION, this);
        } else {
            Management.unregister(CONFIGURATION, this);
        }
    }

    void enableStatistics(boolean enabled) {
        configuration.setStatisticsEnabled(enabled);
        statistics.enabled(enabled);
        if (enabled) {
            Management.register(statistics, STATISTICS, this);
        } else {
            Management.unregister(STATISTICS, this);
        }
    }

    private K open(K key) {
        open();
        return Objects.requireNonNull(key, "key");
    }

    private void open(Set<? extends K> keys) {
        open();
        keys.forEach(key -> Objects.requireNonNull(key, "key"));
    }

    private void given(String what, Object argument) {
        open();
        Objects.requireNonNull(argument, what);
    }

    @Override
    public V get(K key) {
        return one.get(open(key));
    }

    @Override
    public Map<K, V> getAll(Set<? extends K> keys) {
        open(keys);
        return bulk.getAll(keys);
    }

    @Override
    public boolean containsKey(K key) {
        return slots.contains(open(key));
    }

    @Override
    public void loadAll(Set<? extends K> keys, boolean replace, @Nullable CompletionListener listener) {
        open(keys);
        bulk.loadAll(keys, replace, listener);
    }

    @Override
    public void put(K key, V value) {
        given("value", value);
        one.put(open(key), value);
    }

    @Override
    public V getAndPut(K key, V value) {
        given("value", value);
        return one.getAndPut(open(key), value);
    }

    @Override
    public void putAll(Map<? extends K, ? extends V> entries) {
        open();
        entries.forEach((key, value) -> {
            Objects.requireNonNull(key, "key");
            given("value", value);
        });
        bulk.putAll(entries);
    }

    @Override
    public boolean putIfAbsent(K key, V value) {
        given("value", value);
        return one.putIfAbsent(open(key), value);
    }

    @Override
    public boolean remove(K key) {
        return one.remove(open(key));
    }

    @Override
    public boolean remove(K key, V old) {
        given("oldValue", old);
        return one.remove(open(key), old);
    }

    @Override
    public V getAndRemove(K key) {
        return one.getAndRemove(open(key));
    }

    @Override
    public boolean replace(K key, V old, V value) {
        given("oldValue", old);
        given("newValue", value);
        return one.replace(open(key), old, value);
    }

    @Override
    public boolean replace(K key, V value) {
        return getAndReplace(key, value) != null;
    }

    @Override
    public V getAndReplace(K key, V value) {
        given("value", value);
        return one.getAndReplace(open(key), value);
    }

    @Override
    public void removeAll(Set<? extends K> keys) {
        open(keys);
        bulk.removeAll(keys);
    }

    @Override
    public void removeAll() {
        open();
        bulk.removeAll();
    }

    @Override
    public void clear() {
        open();
        slots.clear();
    }

    @Override
    public <T> T invoke(K key, EntryProcessor<K, V, T> processor, Object... arguments) {
        given("entryProcessor", processor);
        return one.invoke(open(key), processor, arguments);
    }

    @Override
    public <T> Map<K, EntryProcessorResult<T>> invokeAll(
            Set<? extends K> keys, EntryProcessor<K, V, T> processor, Object... arguments) {
        open(keys);
        Objects.requireNonNull(processor, "entryProcessor");
        return one.invokeAll(keys, processor, arguments);
    }

    @Override
    public Iterator<Entry<K, V>> iterator() {
        open();
        return one.iterator();
    }

    @Override
    public void registerCacheEntryListener(CacheEntryListenerConfiguration<K, V> listener) {
        open();
        configuration.addCacheEntryListenerConfiguration(listener);
        listeners.add(listener);
    }

    @Override
    public void deregisterCacheEntryListener(CacheEntryListenerConfiguration<K, V> listener) {
        open();
        configuration.removeCacheEntryListenerConfiguration(listener);
        listeners.remove(listener);
    }

    @Override
    public String getName() {
        return name;
    }

    @Override
    public CacheManager getCacheManager() {
        return manager;
    }

    @Override
    public <C extends Configuration<K, V>> C getConfiguration(Class<C> type) {
        if (type.isInstance(configuration)) {
            return type.cast(configuration);
        }
        throw new IllegalArgumentException(
                "type: " + type.getName() + " (expected: " + CompleteConfiguration.class.getName() + ")");
    }

    @Override
    public <T> T unwrap(Class<T> type) {
        if (type.isInstance(this)) {
            return type.cast(this);
        }
        throw new IllegalArgumentException(
                "type: " + type.getName() + " (expected: " + StandardCache.class.getName() + ")");
    }

    private void open() {
        if (closed) {
            throw new IllegalStateException("cache " + name + ": closed (expected: open)");
        }
    }

    @Override
    public boolean isClosed() {
        return closed;
    }

    @Override
    public void close() {
        synchronized (slots) {
            if (closed) {
                return;
            }
            closed = true;
        }
        manager.closed(name, this);
        Management.unregister(CONFIGURATION, this);
        Management.unregister(STATISTICS, this);
        source.close();
        closeQuietly(expiries.policy());
        listeners.close();
        slots.clear();
    }

    static void closeQuietly(@Nullable Object part) {
        if (part instanceof Closeable closeable) {
            try {
                closeable.close();
            } catch (IOException | RuntimeException failed) {
                LOG.warn("jcache: {} could not be closed", part.getClass().getName(), failed);
            }
        }
    }
}
