package dev.headroom.queue.internal;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Interrupts runs that take too long, and all runs once the lease has run out; asks no database, so that none can hold it up. */
final class Watch implements Runnable {
    private static final long EVERY_MILLIS = 50;

    private final Lease lease;
    private final Held held;
    private final Runnable fenced;
    private final CountDownLatch stopped = new CountDownLatch(1);

    Watch(Lease lease, Held held, Runnable fenced) {
        this.lease = lease;
        this.held = held;
        this.fenced = fenced;
    }

    @Override
    public void run() {
        try {
            while (!stopped.await(EVERY_MILLIS, TimeUnit.MILLISECONDS)) {
                if (lease.id() != 0 && lease.expired()) {
                    fenced.run();
                }
                long now = System.nanoTime();
                held.all().forEach(each -> each.interruptIfOverdue(now));
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    void stop() {
        stopped.countDown();
    }
}
