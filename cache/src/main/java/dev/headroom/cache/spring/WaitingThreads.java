package dev.headroom.cache.spring;

import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** The threads that asynchronous loads wait on; they end when idle. */
final class WaitingThreads implements Executor, AutoCloseable {
    private static final int MOST = 64;
    private static final int QUEUE = 1_000;

    private final ThreadPoolExecutor threads;

    WaitingThreads() {
        AtomicInteger number = new AtomicInteger();
        threads = new ThreadPoolExecutor(MOST, MOST, 30, TimeUnit.SECONDS, new LinkedBlockingQueue<>(QUEUE), work -> {
            Thread thread = new Thread(work, "headroom-cache-spring-" + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        });
        threads.allowCoreThreadTimeOut(true);
    }

    @Override
    public void execute(Runnable work) {
        threads.execute(work);
    }

    @Override
    public void close() {
        threads.shutdown();
    }
}
