package dev.headroom.cache.internal;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Threads for one purpose, which end when idle; more work than they and their queue take is rejected. What one of these threads may wait for is never
 * queued behind it: it has as many threads again of its own.
 */
final class CacheThreads implements Executor, AutoCloseable {
    private static final int QUEUE = 1000;

    private final ThreadPoolExecutor threads;
    private final ThreadPoolExecutor within;

    CacheThreads(String purpose, int size) {
        AtomicInteger number = new AtomicInteger();
        ThreadFactory make = work -> {
            Thread thread = new Thread(work, "headroom-cache-" + purpose + "-" + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        };
        this.threads = pool(size, size, new LinkedBlockingQueue<>(QUEUE), make);
        threads.allowCoreThreadTimeOut(true);
        this.within = pool(0, size, new SynchronousQueue<>(), make);
    }

    private static ThreadPoolExecutor pool(int least, int most, BlockingQueue<Runnable> queue, ThreadFactory make) {
        return new ThreadPoolExecutor(least, most, 30, TimeUnit.SECONDS, queue, make);
    }

    @Override
    public void execute(Runnable work) {
        threads.execute(work);
    }

    /**
     * Runs work that a load waits for: at once, or not at all.
     *
     * @throws RejectedExecutionException if no thread is idle
     */
    void executeWithin(Runnable work) {
        within.execute(work);
    }

    @Override
    public void close() {
        threads.shutdown();
        within.shutdown();
    }
}
