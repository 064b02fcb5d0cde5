package dev.headroom.router.internal;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The threads that cut connections to one node, for nobody waits for that: MariaDB's driver asks the server on a further connection, and then waits for
 * the reading to end. However many units are cut off at one time, there are few, and none when there is nothing to do. One that hangs is not counted
 * among them any more, so that a server which answers no further connection does not keep the others from being cut, up to a number beyond which they
 * have to wait.
 */
final class Aborts {
    private static final Logger log = LoggerFactory.getLogger(Aborts.class);

    /** At one time; the rest waits in line. */
    static final int MOST = 16;

    /** With those that hang. */
    private static final int MOST_WITH_HANGING = 256;

    private static final Duration PATIENCE = Duration.ofSeconds(1);
    private static final long KEEP_ALIVE_SECONDS = 5;

    private final ThreadPoolExecutor threads;
    private final Executor later;
    private final ReentrantLock lock = new ReentrantLock();
    private final String node;
    private final int most;
    private int hanging;

    Aborts(String node) {
        this(node, PATIENCE, MOST_WITH_HANGING);
    }

    /**
     * @param patience after so long an abort is taken to hang
     * @param mostWithHanging how many are run at one time, with those that hang
     */
    Aborts(String node, Duration patience, int mostWithHanging) {
        this.node = node;
        this.most = mostWithHanging;
        AtomicInteger number = new AtomicInteger();
        ClassLoader loader = Thread.currentThread().getContextClassLoader(); // not that of whoever cuts off first
        this.threads = new ThreadPoolExecutor(
                MOST, MOST, KEEP_ALIVE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
                    Thread thread = new Thread(task, "headroom-router-" + node + "-abort-" + number.incrementAndGet());
                    thread.setDaemon(true);
                    thread.setContextClassLoader(loader);
                    return thread;
                });
        threads.allowCoreThreadTimeOut(true);
        this.later = CompletableFuture.delayedExecutor(patience.toNanos(), TimeUnit.NANOSECONDS, Runnable::run);
    }

    /** Runs it soon. Whoever cuts units off has more to do, and goes on if no thread is to be had. */
    void run(Runnable abort) {
        try {
            threads.execute(() -> {
                Watch watch = new Watch();
                later.execute(watch);
                try {
                    abort.run();
                } finally {
                    watch.ended();
                }
            });
        } catch (RuntimeException | Error failure) {
            log.error("router: a unit could not be cut off", failure);
        }
    }

    /** Looks whether an abort hangs. */
    private final class Watch implements Runnable {
        private boolean hangs;
        private boolean ended;

        @Override
        public void run() {
            lock.lock();
            try {
                if (!ended) {
                    hangs = true;
                    hanging(1);
                }
            } finally {
                lock.unlock();
            }
        }

        void ended() {
            lock.lock();
            try {
                ended = true;
                if (hangs) {
                    hanging(-1);
                }
            } finally {
                lock.unlock();
            }
        }
    }

    private void hanging(int more) {
        hanging += more;
        int size = Math.min(MOST + hanging, most);
        if (more > 0) {
            threads.setMaximumPoolSize(size);
            threads.setCorePoolSize(size);
            if (hanging == most) {
                log.warn(
                        "router: {} cuts of connections to {} hang, the next ones wait for them (expected: a driver that"
                                + " gives up, as by its socketTimeout)",
                        most,
                        node);
            }
        } else {
            threads.setCorePoolSize(size);
            threads.setMaximumPoolSize(size);
        }
    }

    /** How many are not done: those that hang, and those that wait for a thread. */
    int undone() {
        lock.lock();
        try {
            return hanging + threads.getQueue().size();
        } finally {
            lock.unlock();
        }
    }
}
