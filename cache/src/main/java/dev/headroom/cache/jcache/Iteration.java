package dev.headroom.cache.jcache;

import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.function.Function;
import java.util.function.Predicate;
import javax.cache.Cache;
import org.jspecify.annotations.Nullable;

/** The entries that there were at its beginning and still are when it comes to them. */
final class Iteration<K, V> implements Iterator<Cache.Entry<K, V>> {
    private final Iterator<K> keys;
    private final Function<K, @Nullable V> peek;
    private final Function<K, @Nullable V> access;
    private final Predicate<K> remove;
    private @Nullable Pair<K, V> next;
    private @Nullable K last;

    Iteration(Iterator<K> keys, Function<K, @Nullable V> peek, Function<K, @Nullable V> access, Predicate<K> remove) {
        this.keys = keys;
        this.peek = peek;
        this.access = access;
        this.remove = remove;
    }

    @Override
    public boolean hasNext() {
        while (next == null && keys.hasNext()) {
            K key = keys.next();
            V value = peek.apply(key);
            next = value == null ? null : new Pair<>(key, value);
        }
        return next != null;
    }

    @Override
    public Cache.Entry<K, V> next() {
        boolean unused = hasNext();
        Pair<K, V> entry = next;
        if (entry == null) {
            throw new NoSuchElementException();
        }
        next = null;
        last = entry.key();
        V value = access.apply(entry.key());
        return value == null ? entry : new Pair<>(entry.key(), value);
    }

    @Override
    public void remove() {
        K key = last;
        if (key == null) {
            throw new IllegalStateException("remove: before next, or twice (expected: once after each next)");
        }
        last = null;
        boolean unused = remove.test(key);
    }
}
