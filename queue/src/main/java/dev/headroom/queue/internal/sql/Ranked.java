package dev.headroom.queue.internal.sql;

import java.util.Comparator;

/** A claimed job with its place in the queue, since a returning clause keeps no order. */
record Ranked(ClaimedJob job, int priority, long position) {
    static final Comparator<Ranked> ORDER = Comparator.comparingInt(Ranked::priority)
            .thenComparingInt(ranked -> ranked.job().criticality())
            .thenComparingLong(Ranked::position);
}
