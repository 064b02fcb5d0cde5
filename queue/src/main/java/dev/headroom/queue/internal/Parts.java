package dev.headroom.queue.internal;

/** What producing and working have in common. */
record Parts(
        QueueOptions options,
        Store store,
        Kinds kinds,
        QueueNames names,
        Connected connected,
        LocalRuns runs,
        Producer producer,
        Lengths lengths,
        DeadMansTimers timers,
        Pauses pauses) {}
