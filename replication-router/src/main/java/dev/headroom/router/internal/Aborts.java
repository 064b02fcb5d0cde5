package dev.headroom.router.internal;

import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The threads that cut connections to one node, for nobody waits for that: MariaDB's driver asks the server on a further connection, and then waits for
 * the reading to end. However many units are cut off at one time, there are few, and none when there is nothing to do.
 */
final class Aborts {
    private static final Logger log = LoggerFactory.getLogger(Aborts.class);

    /** At one time; the rest waits in line. */
    static final int MOST = 16;

    private static final long KEEP_ALIVE_SECONDS = 5;

    private final ThreadPoolExecutor threads;

    Aborts(String node) {
        AtomicInteger number = new AtomicInteger();
        this.threads = new ThreadPoolExecutor(
                MOST, MOST, KEEP_ALIVE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
                    Thread thread = new Thread(task, "headroom-router-" + node + "-abort-" + number.incrementAndGet());
                    thread.setDaemon(true);
                    return thread;
                });
        threads.allowCoreThreadTimeOut(true);
    }

    /** Runs it soon. Whoever cuts units off has more to do, and goes on if no thread is to be had. */
    void run(Runnable abort) {
        try {
            threads.execute(abort);
        } catch (RuntimeException | Error failure) {
            log.error("router: a unit could not be cut off", failure);
        }
    }
}
