package dev.headroom.cache.jcache;

import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import javax.cache.Cache;
import javax.cache.configuration.CacheEntryListenerConfiguration;
import javax.cache.event.CacheEntryCreatedListener;
import javax.cache.event.CacheEntryEvent;
import javax.cache.event.CacheEntryEventFilter;
import javax.cache.event.CacheEntryExpiredListener;
import javax.cache.event.CacheEntryListener;
import javax.cache.event.CacheEntryListenerException;
import javax.cache.event.CacheEntryRemovedListener;
import javax.cache.event.CacheEntryUpdatedListener;
import javax.cache.event.EventType;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who is told of what happens: synchronous listeners at once, the others one after another on a thread of the cache's. Each gets copies of its own, so that none
 * changes what another one sees, what is held or what the caller has.
 */
final class Listeners<K, V> {
    private static final Logger LOG = LoggerFactory.getLogger(HeadroomCachingProvider.class);

    private final Cache<K, V> cache;
    private final List<Registered<K, V>> all = new CopyOnWriteArrayList<>();
    private final AtomicLong dropped = new AtomicLong();
    private final ExecutorService later = Manager.threads("headroom-jcache-events-", 1);

    private record Registered<K, V>(
            CacheEntryListenerConfiguration<K, V> configuration,
            CacheEntryListener<? super K, ? super V> listener,
            @Nullable CacheEntryEventFilter<? super K, ? super V> filter) {}

    Listeners(Cache<K, V> cache) {
        this.cache = cache;
    }

    void add(CacheEntryListenerConfiguration<K, V> configuration) {
        CacheEntryListener<? super K, ? super V> listener =
                configuration.getCacheEntryListenerFactory().create();
        CacheEntryEventFilter<? super K, ? super V> filter = configuration.getCacheEntryEventFilterFactory() == null
                ? null
                : configuration.getCacheEntryEventFilterFactory().create();
        all.add(new Registered<>(configuration, listener, filter));
    }

    void remove(CacheEntryListenerConfiguration<K, V> configuration) {
        all.removeIf(each -> each.configuration.equals(configuration));
    }

    /** What a synchronous listener threw; null if none did. */
    @Nullable RuntimeException tell(EventType type, Copies copies, K key, V value, @Nullable V before) {
        RuntimeException failure = null;
        for (Registered<K, V> each : all) {
            boolean old =
                    each.configuration.isOldValueRequired() || type == EventType.REMOVED || type == EventType.EXPIRED;
            Event<K, V> event = new Event<>(
                    cache,
                    type,
                    own(copies, key),
                    own(copies, value),
                    old && before != null ? own(copies, before) : null);
            if (!each.configuration.isSynchronous()) {
                tellLater(each, event);
                continue;
            }
            try {
                tell(each, event);
            } catch (RuntimeException failed) {
                failure = failure != null ? failure : asListeners(failed);
            }
        }
        return failure;
    }

    @SuppressWarnings("unchecked") // a copy is of the same class
    private static <T> T own(Copies copies, T object) {
        return (T) copies.copy(Objects.requireNonNull(object));
    }

    private static RuntimeException asListeners(RuntimeException failed) {
        return failed instanceof CacheEntryListenerException ? failed : new CacheEntryListenerException(failed);
    }

    private void tellLater(Registered<K, V> each, Event<K, V> event) {
        try {
            later.execute(() -> {
                try {
                    tell(each, event);
                } catch (RuntimeException failed) {
                    LOG.warn("jcache {}: a listener failed", cache.getName(), failed);
                }
            });
        } catch (RejectedExecutionException full) {
            long count = dropped.incrementAndGet();
            if (Long.bitCount(count) == 1) { // the first, and then ever more seldom
                LOG.warn("jcache {}: {} events dropped: closed, or a listener is too slow", cache.getName(), count);
            }
        }
    }

    @SuppressWarnings("unchecked") // a listener of a supertype takes these events too
    private static <K, V> void tell(Registered<K, V> each, Event<K, V> event) {
        CacheEntryEventFilter<K, V> filter = (CacheEntryEventFilter<K, V>) each.filter;
        if (filter != null && !filter.evaluate(event)) {
            return;
        }
        CacheEntryListener<?, ?> listener = each.listener;
        List<CacheEntryEvent<? extends K, ? extends V>> events = List.of(event);
        switch (event.getEventType()) {
            case CREATED -> {
                if (listener instanceof CacheEntryCreatedListener<?, ?> created) {
                    ((CacheEntryCreatedListener<K, V>) created).onCreated(events);
                }
            }
            case UPDATED -> {
                if (listener instanceof CacheEntryUpdatedListener<?, ?> updated) {
                    ((CacheEntryUpdatedListener<K, V>) updated).onUpdated(events);
                }
            }
            case REMOVED -> {
                if (listener instanceof CacheEntryRemovedListener<?, ?> removed) {
                    ((CacheEntryRemovedListener<K, V>) removed).onRemoved(events);
                }
            }
            case EXPIRED -> {
                if (listener instanceof CacheEntryExpiredListener<?, ?> expired) {
                    ((CacheEntryExpiredListener<K, V>) expired).onExpired(events);
                }
            }
        }
    }

    void close() {
        later.shutdown();
        for (Registered<K, V> each : all) {
            StandardCache.closeQuietly(each.listener);
            StandardCache.closeQuietly(each.filter);
        }
    }

    private static final class Event<K, V> extends CacheEntryEvent<K, V> {
        private static final long serialVersionUID = 1L;

        private final transient K key;
        private final transient V value;
        private final transient @Nullable V before;

        Event(Cache<K, V> cache, EventType type, K key, V value, @Nullable V before) {
            super(cache, type);
            this.key = key;
            this.value = value;
            this.before = before;
        }

        @Override
        public K getKey() {
            return key;
        }

        @Override
        public V getValue() {
            return value;
        }

        @Override
        public @Nullable V getOldValue() {
            return before;
        }

        @Override
        public boolean isOldValueAvailable() {
            return before != null;
        }

        @Override
        public <T> T unwrap(Class<T> type) {
            if (type.isInstance(this)) {
                return type.cast(this);
            }
            throw new IllegalArgumentException(
                    "type: " + type.getName() + " (expected: " + Event.class.getName() + ")");
        }
    }
}
