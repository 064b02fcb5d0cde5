package dev.headroom.queue.internal;

import java.sql.SQLException;
import java.time.Duration;

/**
 * Counts what waits while somebody asks for it, on a thread of its own: it reads dead rows too, of which a snapshot that is kept somewhere may
 * leave millions. The longer it takes, the less often it is done.
 */
final class Counting extends Rounds {
    private static final long PAUSE = Duration.ofSeconds(5).toMillis();
    private static final long UNTIL_REGISTERED = 20;
    private static final long SHARE = 50;

    private final Lease lease;
    private final Lengths lengths;
    private long tookMillis;

    Counting(QueueOptions options, Lease lease, Lengths lengths) {
        super(options.name(), lease, "count what waits");
        this.lease = lease;
        this.lengths = lengths;
    }

    @Override
    long pauseMillis() {
        return lease.mayBegin() ? Math.max(PAUSE, SHARE * tookMillis) : UNTIL_REGISTERED;
    }

    @Override
    void round() throws SQLException {
        if (lease.mayBegin()) {
            long begun = System.nanoTime();
            lengths.refresh();
            tookMillis = (System.nanoTime() - begun) / 1_000_000;
        }
    }
}
