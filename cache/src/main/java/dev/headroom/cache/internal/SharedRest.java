package dev.headroom.cache.internal;

import dev.headroom.cache.spi.SharedRead;
import dev.headroom.cache.spi.SharedTierException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the shared tier has of several keys whose source is left alone for now: no leases are taken, others may make use of them. One or two rounds for each node. */
final class SharedRest {
    private static final Logger LOG = LoggerFactory.getLogger(SharedRest.class);

    private SharedRest() {}

    /** What may be served. */
    static Map<Object, Loaded> of(SharedLoads loads, Map<Object, Wanted> wanted) {
        Map<Home, Map<Object, Attempt>> byHome = new LinkedHashMap<>();
        wanted.forEach((key, each) -> {
            Attempt attempt = new Attempt(loads, each);
            byHome.computeIfAbsent(attempt.home, home -> new LinkedHashMap<>()).put(key, attempt);
        });
        Map<Object, Loaded> there = new HashMap<>();
        byHome.forEach((home, attempts) -> {
            try {
                look(loads, home, attempts, there);
            } catch (SharedTierException unreachable) {
                LOG.debug("cache: shared tier: {}", unreachable.getMessage());
            }
        });
        return there;
    }

    private static void look(SharedLoads loads, Home home, Map<Object, Attempt> attempts, Map<Object, Loaded> there) {
        List<String> keys = new ArrayList<>();
        attempts.values().forEach(attempt -> keys.add(attempt.key));
        long now = loads.around.now();
        Map<String, SharedRead> read = home.call(node -> node.readAll(keys));
        Map<String, byte[]> drops = home.call(node -> node.records(List.of(loads.side.stamps.all)));
        Set<String> tags = new LinkedHashSet<>();
        attempts.values().forEach(attempt -> {
            attempt.looked(read.getOrDefault(attempt.key, SharedRead.NOTHING).with(drops), now);
            tags.addAll(attempt.tags());
        });
        Map<String, byte[]> records = tags.isEmpty() ? Map.of() : home.call(node -> node.records(tags));
        attempts.forEach((key, attempt) -> {
            attempt.checked(records);
            Loaded left = attempt.left();
            if (left != null) {
                there.put(key, left);
            }
        });
    }
}
