package dev.headroom.queue.internal;

import java.sql.SQLException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Work of a thread of its own that is done again and again; a round that fails is logged and does not end it. */
abstract class Rounds implements Runnable {
    private final Logger log = LoggerFactory.getLogger(getClass());
    private final LogLimit limit = new LogLimit();
    private final CountDownLatch stopped = new CountDownLatch(1);
    private final String queue;
    private final Lease lease;
    private final String purpose;

    /** The purpose is what a failed round could not do, as the log has it. */
    Rounds(String queue, Lease lease, String purpose) {
        this.queue = queue;
        this.lease = lease;
        this.purpose = purpose;
    }

    abstract void round() throws SQLException;

    /** How long to pause until the next round: a part of the lease. */
    long pauseMillis() {
        return lease.roundMillis();
    }

    /** After the last round. */
    void ended() {}

    /** Whether a round that takes its time is to go on. */
    final boolean goesOn() {
        return stopped.getCount() > 0 && lease.mayBegin();
    }

    @Override
    public final void run() {
        try {
            do {
                guardedRound();
            } while (!stopped.await(pauseMillis(), TimeUnit.MILLISECONDS));
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        } finally {
            ended();
        }
    }

    private void guardedRound() {
        try {
            round();
        } catch (SQLException | RuntimeException | Error failed) {
            limit.quietly(kept ->
                    log.warn("{}: could not {}, tries again ({} messages kept back)", queue, purpose, kept, failed));
        }
    }

    final void stop() {
        stopped.countDown();
    }
}
