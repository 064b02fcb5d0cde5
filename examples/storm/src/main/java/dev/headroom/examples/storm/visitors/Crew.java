package dev.headroom.examples.storm.visitors;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;

/** People who do the same thing again and again, each on a thread of their own, until they are sent home. Thread-safe. */
public final class Crew implements AutoCloseable {
    private static final long LAST_REQUEST = TimeUnit.SECONDS.toMillis(30);

    private final List<Thread> threads = new ArrayList<>();
    private final ConcurrentLinkedQueue<Throwable> failures = new ConcurrentLinkedQueue<>();
    private volatile boolean over;

    /** One turn of somebody's. */
    public interface Turn {
        /** Does it once. */
        void take() throws Exception;
    }

    /** Lets somebody begin, who rests after each turn. */
    public void add(String name, long pauseMillis, Turn turn) {
        Thread thread = new Thread(() -> work(pauseMillis, turn), "headroom-storm-" + name);
        thread.setDaemon(true);
        threads.add(thread);
        thread.start();
    }

    private void work(long pauseMillis, Turn turn) {
        try {
            while (!over) {
                turn.take();
                Thread.sleep(pauseMillis);
            }
        } catch (InterruptedException sentHome) {
            Thread.currentThread().interrupt();
        } catch (Exception | Error failure) {
            failures.add(failure);
        }
    }

    /** What ended somebody's work before its time; nobody's, as a rule. */
    public Optional<Throwable> failure() {
        return Optional.ofNullable(failures.peek());
    }

    /** Sends everybody home after the turn that is under way. */
    @Override
    public void close() throws InterruptedException {
        over = true;
        long end = System.currentTimeMillis() + LAST_REQUEST;
        for (Thread thread : threads) {
            thread.join(Math.max(1, end - System.currentTimeMillis()));
            thread.interrupt();
        }
    }
}
