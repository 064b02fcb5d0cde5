package dev.headroom.queue.internal;

import dev.headroom.queue.internal.sql.Sql;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes outcomes, as many at once as have gathered; when they come thick and fast, it lets a few milliseconds' worth gather. What can't be written so
 * is the {@link Rewriter}'s, and holds up nothing that comes after it: a job that ran is held until the database knows, so what can gather is bounded by
 * what may be claimed.
 */
final class Completer implements Runnable {
    private static final Logger log = LoggerFactory.getLogger(Completer.class);
    private static final int MOST = 1_000;

    /** However slow the server is. */
    private static final int FEWEST_AT_MOST = 16;

    /** So many that came while others were written are many: more are waited for. */
    private static final int MANY = 8;

    private static final long GATHER = 4_000_000;
    private static final long SHORTEST_PAUSE = 10;
    private static final long LONGEST_PAUSE = 1_000;

    private final Settlement settlement;
    private final Rewriter rewriter;
    private final Told told;
    private final BlockingQueue<Settled> outcomes = new LinkedBlockingQueue<>();
    private volatile boolean closed;
    private int most = MOST;
    private long pause = SHORTEST_PAUSE;

    Completer(Settlement settlement, Rewriter rewriter, Told told) {
        this.settlement = settlement;
        this.rewriter = rewriter;
        this.told = told;
    }

    void add(Settled settled) {
        outcomes.add(settled);
    }

    @Override
    public void run() {
        List<Settled> batch = new ArrayList<>();
        while (!closed || !outcomes.isEmpty()) {
            try {
                Settled first = outcomes.poll(50, TimeUnit.MILLISECONDS);
                if (first != null) {
                    batch.add(first);
                    outcomes.drainTo(batch, most - 1);
                    if (batch.size() >= MANY) {
                        gather(batch);
                    }
                    write(batch);
                    batch.clear();
                }
            } catch (InterruptedException stopped) {
                break;
            } catch (RuntimeException | Error unexpected) {
                // Of one that is told, when the batch is written already.
                batch.clear();
                LogLimit.quietly(
                        () -> log.error("the completer goes on after a failure outside of the database", unexpected));
            }
        }
        rewriter.close();
    }

    /** A transaction costs the same for few as for many; what comes meanwhile does not wake this thread. */
    private void gather(List<Settled> batch) throws InterruptedException {
        long until = System.nanoTime() + GATHER;
        for (long left = GATHER; batch.size() + outcomes.size() < most && left > 0; left = until - System.nanoTime()) {
            TimeUnit.NANOSECONDS.sleep(Math.min(left, GATHER / 4));
        }
        outcomes.drainTo(batch, most - batch.size());
    }

    private void write(List<Settled> batch) throws InterruptedException {
        int gone;
        try {
            // While some wait for locks, those that meet more of these are told apart without waiting as long.
            gone = settlement.write(batch, rewriter.isIdle() ? Rewriter.LOCKED : Rewriter.BRIEFLY);
        } catch (SQLException | RuntimeException | Error failed) {
            rewriter.add(batch, failed);
            if (failed instanceof SQLException sql && Sql.isOutOfTime(sql)) {
                most = Math.max(FEWEST_AT_MOST, batch.size() / 2);
            }
            if (!Rewriter.passes(failed)) {
                Thread.sleep(pause);
                pause = Math.min(LONGEST_PAUSE, pause * 2);
            }
            return;
        }
        most = Math.min(MOST, most + most / 4);
        pause = SHORTEST_PAUSE;
        told.written().accept(batch);
        if (gone > 0) {
            told.lost().accept(gone);
        }
    }

    /** Lets it end once all was tried. */
    void close() {
        closed = true;
    }
}
