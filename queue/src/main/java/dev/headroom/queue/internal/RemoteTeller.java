package dev.headroom.queue.internal;

import dev.headroom.queue.spi.RemoteWakeUp;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the other processes of work, on a thread of its own: at once for the first signal, then after pauses that double while signals go
 * on, since processes that are busy look for work anyway. The thread ends when there was nothing to tell for a while. Thread-safe.
 */
final class RemoteTeller {
    private static final Logger log = LoggerFactory.getLogger(RemoteTeller.class);
    private static final long SHORTEST_PAUSE = 5;
    private static final long LONGEST_PAUSE = 40;
    private static final long IDLE_MILLIS = 10_000;
    private static final long LAST_WORDS_MILLIS = 2_000;

    private final String name;
    private final RemoteWakeUp others;
    private final Wakeup signals = new Wakeup();
    private final LogLimit limit = new LogLimit();
    private final ReentrantLock life = new ReentrantLock();
    private @Nullable Thread thread;
    private boolean closed;

    RemoteTeller(String name, RemoteWakeUp others) {
        this.name = name;
        this.others = others;
    }

    /** There may be work for others; does not block. */
    void signal() {
        if (!signals.isSignalled()) {
            told(signals::signal);
        }
    }

    /** There may be in a moment. */
    void soon() {
        if (!signals.isGiven()) {
            told(signals::soon);
        }
    }

    private void told(Runnable signal) {
        life.lock();
        try {
            signal.run();
            if (thread == null && !closed) {
                Thread started = new Thread(this::run, "headroom-" + name + "-teller");
                started.setDaemon(true);
                started.start();
                thread = started;
            }
        } finally {
            life.unlock();
        }
    }

    private void run() {
        try {
            while (next()) {
                tell();
                long pause = SHORTEST_PAUSE;
                Thread.sleep(pause);
                while (signals.pause(0) && !isClosed()) {
                    tell();
                    pause = Math.min(LONGEST_PAUSE, pause * 2);
                    Thread.sleep(pause);
                }
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    /** Waits for a signal; false if the thread is to end. */
    private boolean next() throws InterruptedException {
        if (signals.pause(IDLE_MILLIS)) {
            return true;
        }
        life.lock();
        try {
            // A signal from here on starts another thread.
            boolean told = signals.isGiven();
            if (!told) {
                thread = null;
            }
            return told;
        } finally {
            life.unlock();
        }
    }

    private void tell() {
        try {
            others.tell();
        } catch (Exception | Error failed) {
            limit.quietly(kept -> log.warn(
                    "{}: could not tell other processes of work; they poll ({} messages kept back)",
                    name,
                    kept,
                    failed));
        }
    }

    private boolean isClosed() {
        life.lock();
        try {
            return closed;
        } finally {
            life.unlock();
        }
    }

    /** Tells what is left to tell. */
    void close() {
        Thread last;
        life.lock();
        try {
            closed = true;
            last = thread;
        } finally {
            life.unlock();
        }
        if (last != null) {
            join(last);
        }
    }

    private static void join(Thread last) {
        try {
            last.join(SHORTEST_PAUSE + LONGEST_PAUSE);
            last.interrupt();
            last.join(LAST_WORDS_MILLIS);
        } catch (InterruptedException e) {
            last.interrupt();
            Thread.currentThread().interrupt();
        }
    }
}
