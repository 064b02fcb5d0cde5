package dev.headroom.queue.internal;

import dev.headroom.queue.internal.sql.Floors;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks for jobs that became ready below the floors of claims, on a thread of its own: when it has to walk past a million dead entries, no
 * claim waits for that. The longer a look takes, the less often it is done: it costs a fiftieth of a processor at most.
 */
final class FloorSweep implements Runnable {
    private static final Logger log = LoggerFactory.getLogger(FloorSweep.class);
    private static final long SHORTEST_PAUSE = Duration.ofSeconds(1).toNanos();
    private static final long LONGEST_PAUSE = Duration.ofSeconds(20).toNanos();
    private static final long SHARE = 50;

    private final QueueOptions options;
    private final Store store;
    private final Floors floors;
    private final Lease lease;
    private final Wakeup dispatcher;
    private final LogLimit limit = new LogLimit();
    private final CountDownLatch stopped = new CountDownLatch(1);
    private long claimedBefore;

    FloorSweep(QueueOptions options, Store store, Floors floors, Lease lease, Wakeup dispatcher) {
        this.options = options;
        this.store = store;
        this.floors = floors;
        this.lease = lease;
        this.dispatcher = dispatcher;
    }

    @Override
    public void run() {
        // While nothing is claimed, the dispatcher looks no more often.
        long quietPause = Math.max(SHORTEST_PAUSE, options.pollInterval().toNanos());
        long pause = SHORTEST_PAUSE;
        try {
            while (!stopped.await(pause, TimeUnit.NANOSECONDS)) {
                long begun = System.nanoTime();
                long claimed = floors.claimed();
                look();
                long quiet = claimed == claimedBefore ? quietPause : SHORTEST_PAUSE;
                claimedBefore = claimed;
                pause = Math.min(LONGEST_PAUSE, Math.max(quiet, SHARE * (System.nanoTime() - begun)));
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void look() {
        try {
            for (int queue : floors.queues()) {
                if (lease.mayBegin() && store.transact(c -> store.dialect.lookBelow(c, floors, queue))) {
                    dispatcher.signal();
                }
            }
        } catch (SQLException | RuntimeException | Error failed) {
            long kept = limit.pass();
            if (kept >= 0) {
                log.warn(
                        "{}: could not look below the floors of claims, tries again ({} messages kept back)",
                        options.name(),
                        kept,
                        failed);
            }
        }
    }

    void stop() {
        stopped.countDown();
    }
}
