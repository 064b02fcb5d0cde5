package dev.headroom.queue.internal;

import dev.headroom.Contracts;

/** What the other components give: the defaults until the queue is plugged in. Thread-safe. */
final class Connected {
    private volatile Contracts contracts = Contracts.standalone();

    Contracts get() {
        return contracts;
    }

    /** Meters are made such that they keep their contract, to throw nothing. */
    void set(Contracts given) {
        contracts = new Contracts(
                new QuietMeters(given.meters()),
                given.readings(),
                given.load(),
                given.consistency(),
                given.transactions(),
                given.background());
    }
}
