package dev.headroom.cache.internal;

import dev.headroom.cache.ContextLoader;
import dev.headroom.cache.EntryOptions;
import dev.headroom.cache.LoadContext;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What the loader of one load has said about its value. */
final class Keeping<V extends @Nullable Object> implements LoadContext<V> {
    private EntryOptions options;
    private boolean keep = true;

    private Keeping(EntryOptions options) {
        this.options = options;
    }

    /** Each load has a context of its own, for one source may load more than once. */
    static <K, V extends @Nullable Object> Source source(
            K key, ContextLoader<? super K, V> loader, EntryOptions options) {
        return () -> {
            Keeping<V> context = new Keeping<>(options);
            V value = loader.load(key, context);
            return new Loaded(value, context.keep, context.options);
        };
    }

    @Override
    public EntryOptions options() {
        return options;
    }

    @Override
    public LoadContext<V> options(EntryOptions options) {
        this.options = Objects.requireNonNull(options, "options");
        return this;
    }

    @Override
    public V doNotCache(V value) {
        keep = false;
        return value;
    }
}
