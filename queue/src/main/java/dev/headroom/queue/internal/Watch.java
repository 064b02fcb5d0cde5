package dev.headroom.queue.internal;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Interrupts runs that take too long, and all runs once the lease has run out, and gives back what workers do not come to; asks no database, so that none can hold it up. */
final class Watch implements Runnable {
    private static final Logger log = LoggerFactory.getLogger(Watch.class);
    private static final long EVERY_MILLIS = 50;

    private final String name;
    private final Lease lease;
    private final Supplier<Stream<Assignment>> running;
    private final Runnable fenced;
    private final LongConsumer hoarded;
    private final LogLimit limit = new LogLimit();
    private final CountDownLatch stopped = new CountDownLatch(1);

    Watch(String name, Lease lease, Supplier<Stream<Assignment>> running, Runnable fenced, LongConsumer hoarded) {
        this.name = name;
        this.lease = lease;
        this.running = running;
        this.fenced = fenced;
        this.hoarded = hoarded;
    }

    @Override
    public void run() {
        try {
            while (!stopped.await(EVERY_MILLIS, TimeUnit.MILLISECONDS)) {
                guardedLook();
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void guardedLook() {
        try {
            look();
        } catch (RuntimeException | Error failed) {
            limit.quietly(kept -> log.error(
                    "{}: could not look after the runs' time, tries again ({} messages kept back)",
                    name,
                    kept,
                    failed));
        }
    }

    private void look() {
        if (lease.id() != 0 && lease.expired()) {
            fenced.run();
        }
        long now = System.nanoTime();
        running.get().forEach(each -> each.interruptIfOverdue(now));
        hoarded.accept(now);
    }

    void stop() {
        stopped.countDown();
    }
}
