package dev.headroom.router.internal;

import dev.headroom.router.QueryDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAccumulator;
import java.util.concurrent.atomic.LongAdder;

/**
 * Counts statements by shape. Memory is bounded: as many shapes as were asked for and one for the rest, and a table of statements whose
 * shape is known, which is emptied when it is full; counts for each of {@value #MOST_NODES} nodes, and one for all that come later. A statement
 * that is executed again costs a look into that table and some additions. Thread-safe.
 */
final class Digest {
    /** So many nodes are told apart, of all that ever were. */
    static final int MOST_NODES = 64;

    /** So many statements of each shape are remembered, as a rule of thumb. */
    private static final int TEXTS_PER_SHAPE = 4;
    /** Longer ones are scanned every time. */
    private static final int LONGEST_KNOWN = 4096;

    private final int mostShapes;
    private final List<String> nodes;
    private final Map<String, Entry> known = new ConcurrentHashMap<>();
    private final Map<String, Entry> shapes = new ConcurrentHashMap<>();
    private final Entry others;

    Digest(int mostShapes, List<String> nodes) {
        this.mostShapes = mostShapes;
        this.nodes = List.copyOf(nodes);
        this.others = new Entry(QueryDigest.OTHERS);
    }

    private final class Entry {
        final String shape;
        final LongAdder failures = new LongAdder();
        final LongAdder nanos = new LongAdder();
        final LongAccumulator longest = new LongAccumulator(Math::max, 0);
        final Map<String, LongAdder> counts = new ConcurrentHashMap<>();

        Entry(String shape) {
            this.shape = shape;
            nodes.forEach(node -> counts.put(node, new LongAdder()));
        }

        void add(String node, long took, boolean failed) {
            LongAdder count = counts.get(node);
            if (count == null) { // of a node that came later
                String known = counts.size() < MOST_NODES ? node : QueryDigest.OTHERS;
                count = counts.computeIfAbsent(known, key -> new LongAdder());
            }
            count.increment();
            nanos.add(took);
            longest.accumulate(took);
            if (failed) {
                failures.increment();
            }
        }

        QueryDigest read() {
            Map<String, Long> byNode = new HashMap<>();
            counts.forEach((node, count) -> {
                if (count.sum() > 0) {
                    byNode.put(node, count.sum());
                }
            });
            long count = byNode.values().stream().mapToLong(Long::longValue).sum();
            return new QueryDigest(
                    shape,
                    count,
                    failures.sum(),
                    Duration.ofNanos(nanos.sum()),
                    Duration.ofNanos(longest.get()),
                    byNode);
        }
    }

    void add(String sql, String node, long nanos, boolean failed) {
        Entry entry = known.get(sql);
        if (entry == null) {
            entry = entryOf(sql);
        }
        entry.add(node, nanos, failed);
    }

    private Entry entryOf(String sql) {
        String shape = Fingerprint.of(sql);
        Entry entry = shapes.get(shape);
        if (entry == null) {
            // Threads that meet here may go a few over the limit.
            entry = shapes.size() < mostShapes ? shapes.computeIfAbsent(shape, Entry::new) : others;
        }
        if (sql.length() <= LONGEST_KNOWN) {
            if (known.size() >= mostShapes * TEXTS_PER_SHAPE) {
                known.clear();
            }
            known.put(sql, entry);
        }
        return entry;
    }

    /** How many statements are remembered. */
    int known() {
        return known.size();
    }

    /** What there is, the most expensive first. */
    List<QueryDigest> read() {
        List<QueryDigest> all = new ArrayList<>();
        shapes.values().forEach(entry -> all.add(entry.read()));
        QueryDigest rest = others.read();
        if (rest.count() > 0) {
            all.add(rest);
        }
        all.sort(Comparator.comparing(QueryDigest::total).reversed());
        return List.copyOf(all);
    }
}
