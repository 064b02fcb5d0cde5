package dev.headroom.throttle.internal;

import java.util.concurrent.atomic.AtomicLong;

/** Lets through a share of what comes, evenly spread: the share is added up, and each whole one lets one through. Thread-safe. */
final class Share {
    private static final int FRACTION = 32;

    private final AtomicLong sum = new AtomicLong();

    /** Whether the next one is let through. */
    boolean next(double share) {
        long step = (long) (share * (1L << FRACTION));
        long before = sum.getAndAdd(step);
        return before + step >>> FRACTION != before >>> FRACTION;
    }
}
