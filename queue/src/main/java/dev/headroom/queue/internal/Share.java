package dev.headroom.queue.internal;

import java.util.concurrent.atomic.AtomicInteger;

/** A queue's part in a pool of workers. Thread-safe, but for what {@link WeightedTurns} keeps in it. */
final class Share {
    final String queue;
    final int number;
    final int weight;
    final AtomicInteger busy = new AtomicInteger();

    /** How far its turn is due. */
    int due;

    Share(String queue, int number, int weight) {
        this.queue = queue;
        this.number = number;
        this.weight = weight;
    }
}
