package dev.headroom.queue.internal;

import dev.headroom.Contracts;

/** What the other components give: the defaults until the queue is plugged in. Thread-safe. */
final class Connected {
    private volatile Contracts contracts = Contracts.standalone();

    Contracts get() {
        return contracts;
    }

    void set(Contracts contracts) {
        this.contracts = contracts;
    }
}
