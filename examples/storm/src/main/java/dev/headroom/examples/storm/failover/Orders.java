package dev.headroom.examples.storm.failover;

import dev.headroom.examples.storm.output.Tally;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.atomic.AtomicLong;

/** What the site has acknowledged. Thread-safe. */
final class Orders {
    private final Set<Long> acknowledged = new ConcurrentSkipListSet<>();
    private final Tally unseen = new Tally();
    private final AtomicLong firstSince = new AtomicLong();

    /** The site says that it has this order. */
    void acknowledged(long order) {
        long now = System.nanoTime();
        acknowledged.add(order);
        firstSince.compareAndSet(0, now);
    }

    /** Its own order was not shown to a customer. */
    void unseen(String what) {
        unseen.add(what);
    }

    /** Their numbers. */
    Set<Long> all() {
        return acknowledged;
    }

    Tally unseen() {
        return unseen;
    }

    /** The next order counts as the first. */
    void watchForFirst() {
        firstSince.set(0);
    }

    /** When the first one since then was acknowledged; 0 for none. */
    long firstSince() {
        return firstSince.get();
    }
}
