package dev.headroom.queue.internal;

import dev.headroom.queue.internal.sql.Floors;
import java.sql.SQLException;
import java.time.Duration;
import java.util.function.BooleanSupplier;

/**
 * Looks for jobs that became ready below the floors of claims, and for those that have been due for long, on a thread of its own: when it has to walk past a million dead entries, no
 * claim waits for that. The longer a look takes, the less often it is done: it costs a fiftieth of a processor at most. While no worker is
 * free for what it may find, it looks rarely all the same: what it finds may be more urgent than what they run next.
 */
final class FloorSweep extends Rounds {
    private static final long SHORTEST_PAUSE = Duration.ofSeconds(1).toMillis();
    private static final long LONGEST_PAUSE = Duration.ofSeconds(20).toMillis();
    private static final long SHARE = 50;

    private final QueueOptions options;
    private final Store store;
    private final Floors floors;
    private final Dispatcher dispatcher;
    private final BooleanSupplier room;
    private final Wakeup wakeup;
    private long claimedBefore;
    private long lateAt = System.nanoTime();
    private long pause = SHORTEST_PAUSE;

    /** @param room whether any worker is free, of those too for whom the dispatcher claims nothing */
    FloorSweep(
            QueueOptions options,
            Store store,
            Floors floors,
            Lease lease,
            Dispatcher dispatcher,
            BooleanSupplier room,
            Wakeup wakeup) {
        super(options.name(), lease, "look below the floors of claims");
        this.options = options;
        this.store = store;
        this.floors = floors;
        this.dispatcher = dispatcher;
        this.room = room;
        this.wakeup = wakeup;
    }

    @Override
    long pauseMillis() {
        return pause;
    }

    @Override
    void round() throws SQLException {
        pause = SHORTEST_PAUSE;
        long begun = System.nanoTime();
        boolean lookForLate = begun - lateAt >= 0;
        if (!lookForLate && !room.getAsBoolean()) {
            return;
        }
        long claimed = floors.claimed();
        // While nothing is claimed, the dispatcher looks no more often.
        long quiet = claimed == claimedBefore
                ? Math.max(SHORTEST_PAUSE, options.pollInterval().toMillis())
                : SHORTEST_PAUSE;
        claimedBefore = claimed;
        try {
            for (int queue : floors.queues()) {
                if (goesOn() && store.transact(c -> store.dialect.lookBelow(c, floors, queue))) {
                    wakeup.signal();
                }
            }
            if (goesOn() && lookForLate) {
                dispatcher.lookForLate();
                lateAt = System.nanoTime() + LONGEST_PAUSE * 1_000_000;
            }
        } finally {
            pause = Math.min(LONGEST_PAUSE, Math.max(quiet, SHARE * (System.nanoTime() - begun) / 1_000_000));
        }
    }
}
