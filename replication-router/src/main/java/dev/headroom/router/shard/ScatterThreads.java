package dev.headroom.router.shard;

import dev.headroom.RequestContext;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The threads of scatter reads. Each read runs at most so many parts at one time; all reads together have a multiple of that, and what is beyond
 * waits in line. Who waits can leave in time, and then breaks off what runs: a server that does not answer holds neither him nor a thread. Who
 * leaves early, because one part has failed, gives the others a moment to end: a cluster that answers does not lose its connections each time
 * another one is asked that is down. But not when more than half of the threads are taken: then those that hang would soon be all.
 *
 * <p>A read within a part of another one runs on its thread, part by part, or those that wait for each other could hold all threads.
 */
final class ScatterThreads implements AutoCloseable {
    /** For so many reads at one time there are threads. */
    private static final int READS = 8;

    private static final Duration GRACE = Duration.ofSeconds(1);

    private final int concurrency;
    private final ThreadPoolExecutor threads;
    private final Executor soon;

    /** Not that of whichever reader is first. */
    private final @Nullable ClassLoader loader = Thread.currentThread().getContextClassLoader();

    /** @param concurrency how many parts of one read are run at one time */
    ScatterThreads(int concurrency) {
        this(concurrency, GRACE);
    }

    /** @param grace how long parts may run on of which one has failed */
    ScatterThreads(int concurrency, Duration grace) {
        this.concurrency = concurrency;
        this.soon = CompletableFuture.delayedExecutor(grace.toNanos(), TimeUnit.NANOSECONDS, Runnable::run);
        AtomicInteger number = new AtomicInteger();
        int most = READS * concurrency;
        this.threads = new ThreadPoolExecutor(
                most,
                most,
                20,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                task -> new Own(task, "headroom-shards-scatter-" + number.incrementAndGet(), loader));
        threads.allowCoreThreadTimeOut(true);
    }

    /** Tells a thread that runs a part. */
    private static final class Own extends Thread {
        private @Nullable PartConnections part;

        Own(Runnable task, String name, @Nullable ClassLoader loader) {
            super(task, name);
            setDaemon(true);
            setContextClassLoader(loader);
        }
    }

    /** Asks one cluster. */
    interface Part<T> {
        /** @param connections is told the connection that it is done on */
        T run(PartConnections connections) throws Exception;
    }

    /** A part that was handed over; to be asked when it has ended. */
    static final class Asked<T> extends FutureTask<T> {
        private final String cluster;
        private final BlockingQueue<Asked<T>> ended;
        private final PartConnections connections;

        private Asked(String cluster, Part<T> part, BlockingQueue<Asked<T>> ended, PartConnections connections) {
            super(RequestContext.wrap(() -> doPart(part, connections)));
            this.cluster = cluster;
            this.ended = ended;
            this.connections = connections;
        }

        private static <T> T doPart(Part<T> part, PartConnections connections) throws Exception {
            Own thread = (Own) Thread.currentThread();
            PartConnections before = thread.part;
            thread.part = connections;
            try {
                return part.run(connections);
            } finally {
                thread.part = before;
                connections.ended();
            }
        }

        String cluster() {
            return cluster;
        }

        @Override
        protected void done() {
            ended.add(this);
        }
    }

    /** Several parts of one read, used by the thread that wants their results. */
    final class Round<T> implements AutoCloseable {
        private final Deque<Asked<T>> waiting = new ArrayDeque<>();
        private final List<Asked<T>> running = new ArrayList<>();
        private final BlockingQueue<Asked<T>> ended = new LinkedBlockingQueue<>();
        private final Executor executor = Thread.currentThread() instanceof Own ? Runnable::run : threads;

        void add(String cluster, Part<T> part) {
            PartConnections outer = Thread.currentThread() instanceof Own own ? own.part : null;
            waiting.add(new Asked<>(cluster, part, ended, new PartConnections(outer)));
        }

        /** The next one that has ended; null if there is none by then, or no more. */
        @Nullable Asked<T> next(long end) throws InterruptedException {
            while (!waiting.isEmpty() && running.size() < concurrency && end - System.nanoTime() > 0) {
                Asked<T> first = waiting.remove();
                running.add(first);
                executor.execute(first);
            }
            if (running.isEmpty()) {
                return null;
            }
            Asked<T> next = ended.poll(Math.max(0, end - System.nanoTime()), TimeUnit.NANOSECONDS);
            if (next != null) {
                running.remove(next);
            }
            return next;
        }

        /** Those of which there is no result; breaks them off. */
        List<String> giveUp() {
            List<Asked<T>> left = new ArrayList<>(running);
            left.addAll(waiting);
            running.forEach(this::breakOff);
            running.clear();
            waiting.clear();
            return left.stream().map(Asked::cluster).toList();
        }

        private void breakOff(Asked<T> asked) {
            threads.remove(asked);
            asked.cancel(true);
            asked.connections.breakOff(ScatterThreads.this::inBackground);
        }

        /** What was not begun is not begun any more; what runs is broken off if it does not end soon, or threads are few. Nobody waits for it. */
        @Override
        public void close() {
            for (Asked<T> asked : running) {
                if (threads.remove(asked)) {
                    asked.cancel(false);
                }
            }
            List<Asked<T>> left =
                    running.stream().filter(asked -> !asked.isDone()).toList();
            if (!left.isEmpty()) {
                boolean few = 2 * threads.getActiveCount() > threads.getMaximumPoolSize();
                Executor when = few ? Runnable::run : soon;
                when.execute(
                        () -> left.stream().filter(asked -> !asked.isDone()).forEach(this::breakOff));
            }
        }
    }

    <T> Round<T> round() {
        return new Round<>();
    }

    private void inBackground(Runnable task) {
        Thread thread = new Thread(task, "headroom-shards-abort");
        thread.setDaemon(true);
        thread.setContextClassLoader(loader);
        thread.start();
    }

    /** When a read that begins now must have ended, by {@link System#nanoTime}: the request's own deadline shortens the wait. */
    static long end(Duration wait) {
        long most = wait.toNanos();
        long left = RequestContext.active()
                .flatMap(RequestContext::deadline)
                .map(deadline -> Math.max(0, deadline.remaining().toNanos()))
                .orElse(most);
        return System.nanoTime() + Math.min(most, left);
    }

    @Override
    public void close() {
        threads.shutdown();
    }

    @Override
    public String toString() {
        return "ScatterThreads[" + concurrency + "]";
    }
}
