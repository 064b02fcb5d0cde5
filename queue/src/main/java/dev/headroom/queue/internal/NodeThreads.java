package dev.headroom.queue.internal;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** The threads of a node by which it keeps itself going, and how those of its workers are made. */
final class NodeThreads {
    private final String prefix;
    private final @Nullable ThreadFactory given;
    private final List<Thread> threads = new CopyOnWriteArrayList<>();

    NodeThreads(QueueOptions options) {
        this.prefix = "headroom-" + options.name() + "-";
        this.given = options.workerThreads();
    }

    /** Starts one for a role. */
    Thread start(String role, Runnable work) {
        Thread thread = daemon(role, work);
        threads.add(thread);
        thread.start();
        return thread;
    }

    private Thread daemon(String name, Runnable work) {
        Thread thread = new Thread(work, prefix + name);
        thread.setDaemon(true);
        return thread;
    }

    /** What makes the threads of a queue's workers. */
    ThreadFactory workers(String queue) {
        AtomicInteger number = new AtomicInteger();
        return given != null ? given : work -> daemon(queue + "-" + number.incrementAndGet(), work);
    }

    boolean allAlive() {
        return threads.stream().allMatch(Thread::isAlive);
    }

    /** Waits for so long for each to end and interrupts those that have not; returns whether the caller was interrupted. */
    boolean join(long millis) {
        boolean interrupted = false;
        for (Thread thread : threads) {
            try {
                thread.join(millis);
                thread.interrupt();
            } catch (InterruptedException e) {
                interrupted = true;
                thread.interrupt();
            }
        }
        return interrupted;
    }
}
