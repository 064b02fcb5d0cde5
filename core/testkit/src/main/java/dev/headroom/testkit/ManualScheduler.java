package dev.headroom.testkit;

import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.Callable;
import java.util.concurrent.Delayed;
import java.util.concurrent.Executors;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.RunnableScheduledFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A {@link ScheduledExecutorService} on the time of a {@link ManualClock}: a task runs on the thread that advances the
 * clock past its time, in the order of time and, at the same time, of submission.
 *
 * <p>A task without a delay waits for the next {@link ManualClock#advance}, if only by nothing. A periodic task ends when
 * it throws, as with the JDK's executors; what a task throws is in its future. Safe for use by several threads.
 *
 * <pre>{@code
 * ManualClock clock = new ManualClock();
 * clock.scheduler().scheduleAtFixedRate(probe, 0, 1, TimeUnit.SECONDS);
 * clock.advance(Duration.ofSeconds(3));            // runs it four times
 * }</pre>
 */
public final class ManualScheduler extends AbstractExecutorService implements ScheduledExecutorService {

    private final ManualClock clock;
    private final PriorityQueue<Task<?>> queue = new PriorityQueue<>();
    private long submitted;
    private boolean shutdown;

    ManualScheduler(ManualClock clock) {
        this.clock = clock;
    }

    /** How many tasks wait, periodic ones included. */
    public int pending() {
        synchronized (queue) {
            return queue.size();
        }
    }

    @Override
    public void execute(Runnable command) {
        schedule(command, 0, TimeUnit.NANOSECONDS);
    }

    @Override
    public ScheduledFuture<?> schedule(Runnable command, long delay, TimeUnit unit) {
        return add(Executors.callable(command), delay, 0, unit);
    }

    @Override
    public <V> ScheduledFuture<V> schedule(Callable<V> callable, long delay, TimeUnit unit) {
        return add(callable, delay, 0, unit);
    }

    @Override
    public ScheduledFuture<?> scheduleAtFixedRate(Runnable command, long initialDelay, long period, TimeUnit unit) {
        return add(Executors.callable(command), initialDelay, positive(period), unit);
    }

    /** The same as at a fixed rate: a task takes no time here. */
    @Override
    public ScheduledFuture<?> scheduleWithFixedDelay(Runnable command, long initialDelay, long delay, TimeUnit unit) {
        return add(Executors.callable(command), initialDelay, positive(delay), unit);
    }

    @Override
    public void shutdown() {
        shutdownNow();
    }

    /** Takes no more tasks and forgets the waiting ones: there is no time left in which they could run. */
    @Override
    public List<Runnable> shutdownNow() {
        synchronized (queue) {
            shutdown = true;
            List<Runnable> waiting = new ArrayList<>(queue);
            queue.clear();
            return waiting;
        }
    }

    @Override
    public boolean isShutdown() {
        synchronized (queue) {
            return shutdown;
        }
    }

    @Override
    public boolean isTerminated() {
        return isShutdown();
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) {
        return isShutdown();
    }

    /** Runs the tasks that are due up to a time, each after moving the clock to its own. */
    void runUntil(long nanos, LongConsumer moveTo) {
        for (Task<?> task = nextUntil(nanos); task != null; task = nextUntil(nanos)) {
            moveTo.accept(task.due);
            task.run();
        }
    }

    private @Nullable Task<?> nextUntil(long nanos) {
        synchronized (queue) {
            Task<?> next = queue.peek();
            return next == null || next.due > nanos ? null : queue.poll();
        }
    }

    private <V> ScheduledFuture<V> add(Callable<V> callable, long delay, long period, TimeUnit unit) {
        synchronized (queue) {
            long due = clock.nanoTime() + Math.max(0, unit.toNanos(delay));
            Task<V> task = new Task<>(callable, due, unit.toNanos(period));
            enqueue(task);
            return task;
        }
    }

    private void enqueue(Task<?> task) {
        synchronized (queue) {
            if (shutdown) {
                throw new RejectedExecutionException("the scheduler is shut down");
            }
            task.order = ++submitted;
            queue.add(task);
        }
    }

    private static long positive(long period) {
        if (period <= 0) {
            throw new IllegalArgumentException("period: " + period + " (expected: > 0)");
        }
        return period;
    }

    private final class Task<V> extends FutureTask<V> implements RunnableScheduledFuture<V> {

        private final long period;
        private long due;
        private long order;

        Task(Callable<V> callable, long due, long period) {
            super(callable);
            this.due = due;
            this.period = period;
        }

        @Override
        public boolean isPeriodic() {
            return period > 0;
        }

        @Override
        public void run() {
            if (!isPeriodic()) {
                super.run();
            } else if (runAndReset() && !isShutdown()) {
                due += period;
                enqueue(this);
            }
        }

        @Override
        public boolean cancel(boolean mayInterruptIfRunning) {
            boolean cancelled = super.cancel(mayInterruptIfRunning);
            synchronized (queue) {
                queue.remove(this);
            }
            return cancelled;
        }

        @Override
        public long getDelay(TimeUnit unit) {
            return unit.convert(due - clock.nanoTime(), TimeUnit.NANOSECONDS);
        }

        @Override
        public int compareTo(Delayed other) {
            Task<?> that = (Task<?>) other;
            int byTime = Long.compare(due, that.due);
            return byTime != 0 ? byTime : Long.compare(order, that.order);
        }
    }
}
