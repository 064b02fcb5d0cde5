package dev.headroom.cache.jcache;

import java.util.Objects;
import javax.cache.CacheException;
import javax.cache.processor.EntryProcessor;
import javax.cache.processor.EntryProcessorException;
import javax.cache.processor.EntryProcessorResult;
import javax.cache.processor.MutableEntry;
import org.jspecify.annotations.Nullable;

/** What an entry processor sees and does; takes effect when it has returned, and not at all if it fails. */
final class Processing<K, V> implements MutableEntry<K, V> {
    private final Slots<K, V>.Slot slot;
    private final K key;
    private final Source<K, V> source;
    private final Statistics statistics;
    private final boolean existed;
    private Operation operation = Operation.NONE;
    private @Nullable V value;

    private enum Operation {
        NONE,
        ACCESS,
        LOAD,
        CREATE,
        UPDATE,
        REMOVE
    }

    private Processing(Slots<K, V>.Slot slot, K key, Source<K, V> source, Statistics statistics) {
        this.slot = slot;
        this.key = key;
        this.source = source;
        this.statistics = statistics;
        this.existed = slot.exists();
    }

    static <K, V, T> @Nullable T run(
            Slots<K, V>.Slot slot,
            K key,
            Source<K, V> source,
            Statistics statistics,
            EntryProcessor<K, V, T> processor,
            @Nullable Object... arguments) {
        Processing<K, V> entry = new Processing<>(slot, key, source, statistics);
        statistics.looked(entry.existed);
        T result;
        try {
            result = processor.process(entry, arguments);
        } catch (CacheException known) {
            throw known;
        } catch (RuntimeException failed) {
            throw new EntryProcessorException(failed);
        }
        entry.apply();
        return result;
    }

    private void apply() {
        switch (operation) {
            case NONE -> {}
            case ACCESS -> slot.accessed();
            case LOAD -> slot.put(Objects.requireNonNull(value));
            case CREATE, UPDATE -> {
                V written = Objects.requireNonNull(value);
                source.write(slot.key(), written);
                if (slot.put(written)) {
                    statistics.put();
                }
            }
            case REMOVE -> {
                source.delete(slot.key());
                if (slot.exists()) {
                    statistics.removed();
                }
                slot.remove();
            }
        }
    }

    @Override
    public boolean exists() {
        return value != null || (operation == Operation.NONE && existed);
    }

    @Override
    public K getKey() {
        return key;
    }

    @Override
    @SuppressWarnings("NullAway") // null where there is none, as the specification has it
    public V getValue() {
        if (operation == Operation.NONE && existed) {
            value = slot.value();
            operation = Operation.ACCESS;
        } else if (operation == Operation.NONE) {
            value = source.readThrough(slot.key());
            operation = value == null ? Operation.NONE : Operation.LOAD;
        }
        return value;
    }

    @Override
    public void setValue(V value) {
        this.value = Objects.requireNonNull(value, "value");
        operation = existed ? Operation.UPDATE : Operation.CREATE;
    }

    @Override
    public void remove() {
        operation = operation == Operation.CREATE || operation == Operation.LOAD ? Operation.NONE : Operation.REMOVE;
        value = null;
    }

    @Override
    public <T> T unwrap(Class<T> type) {
        if (type.isInstance(this)) {
            return type.cast(this);
        }
        throw new IllegalArgumentException(
                "type: " + type.getName() + " (expected: " + Processing.class.getName() + ")");
    }

    /** What came of one of several. */
    record Result<T>(@Nullable T value, @Nullable CacheException failure) implements EntryProcessorResult<T> {
        @Override
        @SuppressWarnings("NullAway") // the processor's own result
        public T get() {
            if (failure != null) {
                throw failure;
            }
            return value;
        }
    }
}
