package dev.headroom.queue.internal.sql;

import java.util.List;
import java.util.stream.IntStream;

/** A place in the order of a queue: by priority, and then by criticality. */
public record Slot(int priority, int criticality) {
    private static final int CRITICALITIES = 4;

    /** How many there are. */
    public static final int COUNT = 10 * CRITICALITIES;

    /** All of them, in their order. */
    static final List<Slot> ALL = IntStream.range(0, COUNT)
            .mapToObj(index -> new Slot(index / CRITICALITIES, index % CRITICALITIES))
            .toList();

    /** Where it is in {@link #ALL}. */
    public int index() {
        return priority * CRITICALITIES + criticality;
    }
}
