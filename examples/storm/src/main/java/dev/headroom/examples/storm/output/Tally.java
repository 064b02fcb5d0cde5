package dev.headroom.examples.storm.output;

import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.ObjLongConsumer;
import java.util.stream.Collectors;

/** How often what happened. Thread-safe. */
public final class Tally {
    private static final int SHOWN = 5;

    private final Map<String, LongAdder> counts = new ConcurrentHashMap<>();

    /** Counts one. */
    public void add(String what) {
        counts.computeIfAbsent(what, first -> new LongAdder()).increment();
    }

    /** Counts several. */
    public void add(String what, long times) {
        counts.computeIfAbsent(what, first -> new LongAdder()).add(times);
    }

    /** Each with how often it happened. */
    public void forEach(ObjLongConsumer<String> action) {
        counts.forEach((what, times) -> action.accept(what, times.sum()));
    }

    /** All together. */
    public long sum() {
        return counts.values().stream().mapToLong(LongAdder::sum).sum();
    }

    /** Such as {@code 12 × status 500; 1 × no answer in time}, the most frequent first. */
    @Override
    public String toString() {
        String text = counts.entrySet().stream()
                .sorted((a, b) -> Long.compare(b.getValue().sum(), a.getValue().sum()))
                .limit(SHOWN)
                .map(entry ->
                        String.format(Locale.ROOT, "%,d × %s", entry.getValue().sum(), entry.getKey()))
                .collect(Collectors.joining("; "));
        return counts.size() > SHOWN ? text + "; …" : text;
    }
}
