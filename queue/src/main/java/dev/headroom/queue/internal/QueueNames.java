package dev.headroom.queue.internal;

import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;

/** The queues' names and the small numbers that stand for them in the database. Thread-safe. */
final class QueueNames {
    /** The queue of those who name none; {@code @Job} says the same. */
    static final String DEFAULT = "default";

    private final Store store;
    private final Map<String, Integer> numbers = new ConcurrentHashMap<>();
    private final Map<Integer, String> names = new ConcurrentHashMap<>();

    QueueNames(Store store, Collection<String> known) {
        this.store = store;
        known.forEach(this::number);
    }

    /** The number of a name, which is interned in a transaction of its own when it is new. */
    int number(String name) {
        Integer number = numbers.get(name);
        if (number == null) {
            keep(store.call("intern a queue's name", connection -> store.queues.intern(connection, name)));
            number = numbers.get(name);
        }
        if (number == null) {
            throw new IllegalStateException("queue: " + name + " (expected: to be interned)");
        }
        return number;
    }

    String name(int number) {
        return names.getOrDefault(number, "?");
    }

    /** All names, those that other processes interned included as of the last {@link #keep}. */
    Set<String> all() {
        return new TreeSet<>(numbers.keySet());
    }

    void keep(Map<String, Integer> found) {
        numbers.putAll(found);
        found.forEach((name, number) -> names.put(number, name));
    }
}
