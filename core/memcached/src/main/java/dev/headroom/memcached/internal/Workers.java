package dev.headroom.memcached.internal;

import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** The threads of one client: one that watches times, one that connects, and the ones that complete operations. */
final class Workers implements AutoCloseable {
    private static final int COMPLETERS = 2;

    private final ScheduledThreadPoolExecutor timer;
    private final ThreadPoolExecutor connector;
    private final @Nullable ThreadPoolExecutor own;
    private final Executor completer;

    Workers(@Nullable Executor given) {
        this.timer = new ScheduledThreadPoolExecutor(1, threads("timer"));
        this.timer.setRemoveOnCancelPolicy(true);
        this.connector = pool(1, "connect");
        ThreadPoolExecutor own = given == null ? pool(COMPLETERS, "complete") : null;
        this.own = own;
        this.completer = own != null ? own : Objects.requireNonNull(given);
    }

    /** Runs work after a while, on the timer's thread: it must be short. Returns what cancels it; once closed, nothing runs. */
    Runnable after(long nanos, Runnable work) {
        try {
            ScheduledFuture<?> task = timer.schedule(work, nanos, TimeUnit.NANOSECONDS);
            return () -> task.cancel(false);
        } catch (RejectedExecutionException closed) {
            return () -> {};
        }
    }

    /** Runs work that resolves names and opens connections. */
    void connect(Runnable work) {
        connector.execute(work);
    }

    /** Completes an operation: the queue is as long as the operations under way, which are bounded. */
    void complete(Runnable work) {
        completer.execute(work);
    }

    @Override
    public void close() {
        timer.shutdownNow();
        connector.shutdown();
        if (own != null) {
            own.shutdown();
        }
    }

    private static ThreadPoolExecutor pool(int size, String part) {
        ThreadPoolExecutor pool =
                new ThreadPoolExecutor(size, size, 30, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), threads(part));
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }

    private static ThreadFactory threads(String part) {
        AtomicInteger number = new AtomicInteger();
        return work -> {
            Thread thread = new Thread(work, "headroom-memcached-" + part + "-" + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        };
    }
}
