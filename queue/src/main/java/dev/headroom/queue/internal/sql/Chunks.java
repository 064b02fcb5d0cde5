package dev.headroom.queue.internal.sql;

import java.util.ArrayList;
import java.util.List;

/** Cuts what is too much for one statement. */
final class Chunks {
    private Chunks() {}

    /** All of them in their order, at most so many at once. */
    static <T> List<List<T>> of(List<T> all, int most) {
        List<List<T>> chunks = new ArrayList<>();
        for (int from = 0; from < all.size(); from += most) {
            chunks.add(all.subList(from, Math.min(all.size(), from + most)));
        }
        return chunks;
    }

    /** As many parameters as so many values are bound to: a power of two, so that there are few texts. */
    static int marks(int values) {
        return Math.max(1, Integer.highestOneBit(Math.max(1, 2 * values - 1)));
    }
}
