package dev.headroom.cache;

import dev.headroom.Component;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/**
 * The application's caches, by name; plug it into a {@link dev.headroom.Headroom} to bring {@link Cached}, {@link CachePut} and
 * {@link CacheEvict} to life.
 *
 * <p>Values are kept in this JVM, in <a href="https://github.com/ben-manes/caffeine">Caffeine</a>. Under load pressure early refreshes stop, and
 * stale values are served within {@link EntryOptions#staleIfError()} as well. Thread-safe.
 *
 * <pre>{@code
 * Caches caches = Caches.builder()
 *     .cache("products", options -> options.fresh(Duration.ofMinutes(5)).staleIfError(Duration.ofHours(2)))
 *     .build();
 * Cache<String, Product> products = caches.cache("products", String.class, Product.class);
 * }</pre>
 */
public interface Caches extends Component {
    /** A builder. */
    static CachesBuilder builder() {
        return new CachesBuilder();
    }

    /** Caches with the default options. */
    static Caches withDefaults() {
        return builder().build();
    }

    /**
     * The cache of this name; made with the builder's options for the name, or its defaults, when it is first asked for.
     *
     * @throws IllegalArgumentException if it was asked for with other types before
     */
    <K, V extends @Nullable Object> Cache<K, V> cache(String name, Class<K> keys, Class<V> values);

    /** The cache of this name, for values with type arguments. */
    <K, V extends @Nullable Object> Cache<K, V> cache(String name, Class<K> keys, ValueType<V> values);

    /** The caches there are now. */
    Collection<Cache<?, ?>> all();

    /** Switches all caches, now. Switching to {@link CacheMode#OFF} drops what is held. */
    void mode(CacheMode mode);

    /** What the caches do now. */
    CacheMode mode();

    /** Stops background refreshes and drops all values; loads that run finish. Afterwards every call loads. */
    @Override
    void close();
}
