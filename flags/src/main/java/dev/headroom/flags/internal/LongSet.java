package dev.headroom.flags.internal;

import java.util.Arrays;

/** An immutable set of longs, searched without allocation. */
public final class LongSet {
    /** The empty set. */
    public static final LongSet EMPTY = new LongSet(new long[0]);

    private final long[] sorted;

    private LongSet(long[] sorted) {
        this.sorted = sorted;
    }

    /** The set of these. */
    public static LongSet of(long... values) {
        return new LongSet(Arrays.stream(values).sorted().distinct().toArray());
    }

    /** Whether the value is in it. */
    public boolean contains(long value) {
        return sorted.length > 0 && Arrays.binarySearch(sorted, value) >= 0;
    }

    /** How many there are. */
    public int size() {
        return sorted.length;
    }
}
