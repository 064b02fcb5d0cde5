package dev.headroom.queue.internal;

import dev.headroom.queue.spi.RemoteWakeUp;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Hears of other processes' work, as long as that is possible, and tries again when it is not. */
final class RemoteListener implements Runnable {
    private static final Logger log = LoggerFactory.getLogger(RemoteListener.class);
    private static final long SHORTEST_PAUSE = 1_000;
    private static final long LONGEST_PAUSE = 60_000;
    private static final long HEARD_FOR_LONG = TimeUnit.MINUTES.toNanos(1);

    private final String name;
    private final RemoteWakeUp others;
    private final Runnable told;
    private final CountDownLatch stopped = new CountDownLatch(1);
    private volatile @org.jspecify.annotations.Nullable Thread thread;

    RemoteListener(String name, RemoteWakeUp others, Runnable told) {
        this.name = name;
        this.others = others;
        this.told = told;
    }

    @Override
    public void run() {
        thread = Thread.currentThread();
        long pause = SHORTEST_PAUSE;
        try {
            do {
                long began = System.nanoTime();
                listen();
                pause = System.nanoTime() - began > HEARD_FOR_LONG
                        ? SHORTEST_PAUSE
                        : Math.min(LONGEST_PAUSE, pause * 2);
            } while (!stopped.await(pause, TimeUnit.MILLISECONDS));
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void listen() throws InterruptedException {
        try {
            if (stopped.getCount() > 0) {
                others.listen(told);
            }
        } catch (InterruptedException interrupted) {
            throw interrupted;
        } catch (Exception | Error failed) {
            if (stopped.getCount() > 0) {
                LogLimit.quietly(() -> log.warn(
                        "{}: does not hear of other processes' work, polls for it until it does", name, failed));
            }
        }
    }

    void stop() {
        stopped.countDown();
        Thread listening = thread;
        if (listening != null) {
            listening.interrupt();
        }
    }
}
