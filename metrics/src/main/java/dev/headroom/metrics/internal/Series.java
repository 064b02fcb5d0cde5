package dev.headroom.metrics.internal;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A meter's name and tags.
 *
 * @param name for example {@code cache.gets}
 * @param tags sorted by key
 */
public record Series(String name, Map<String, String> tags) {
    /** The value of every tag of the series that takes what is too much. */
    public static final String OTHER = "other";

    /** Copies and sorts the tags. */
    public Series {
        tags = Collections.unmodifiableMap(new TreeMap<>(tags));
    }

    /**
     * A series of alternating keys and values.
     *
     * @throws IllegalArgumentException if a key has no value
     */
    public static Series of(String name, String... tags) {
        if (tags.length % 2 != 0) {
            throw new IllegalArgumentException("tags: " + List.of(tags) + " (expected: keys and values in turn)");
        }
        Map<String, String> map = new TreeMap<>();
        for (int i = 0; i < tags.length; i += 2) {
            map.put(tags[i], tags[i + 1]);
        }
        return new Series(name, map);
    }

    /** The series of this name that takes what is too much. */
    public Series overflow() {
        Map<String, String> others = new TreeMap<>();
        tags.keySet().forEach(key -> others.put(key, OTHER));
        return new Series(name, others);
    }

    /** The name with all tags in it, parted by dots, as Dropwizard, Graphite and StatsD have names. */
    public String dotted() {
        List<String> parts = new ArrayList<>();
        parts.add(name);
        tags.forEach((key, value) -> {
            parts.add(clean(key));
            parts.add(clean(value));
        });
        return String.join(".", parts);
    }

    private static String clean(String part) {
        String cleaned = part.replaceAll("[^A-Za-z0-9_-]", "_");
        return cleaned.isEmpty() ? "_" : cleaned;
    }
}
