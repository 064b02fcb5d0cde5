package dev.headroom.health;

import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** One check and its latest run; guarded by the lock of {@link Health}, but for the run's end. */
final class RunningCheck {
    private final HealthCheck check;
    private final Executor threads;
    private final LongSupplier clock;
    private @Nullable Run run;

    RunningCheck(HealthCheck check, Executor threads, LongSupplier clock) {
        this.check = check;
        this.threads = threads;
        this.clock = clock;
    }

    /** Starts the check unless its last run still hangs. */
    void begin() {
        if (run != null && !run.ended) {
            return;
        }
        Run begun = new Run(check, clock);
        run = begun;
        try {
            threads.execute(begun);
        } catch (RejectedExecutionException closed) {
            begun.refuse();
        }
    }

    CheckResult await() {
        Run awaited = run;
        if (awaited == null) {
            throw new IllegalStateException("run: none (expected: begin() before await())");
        }
        long left = check.timeout().toNanos() - (clock.getAsLong() - awaited.begun);
        try {
            awaited.task.get(Math.max(0, left), TimeUnit.NANOSECONDS);
            return result(awaited, true, "");
        } catch (TimeoutException | java.util.concurrent.CancellationException hangs) {
            awaited.task.cancel(true);
            return result(awaited, false, "no answer within " + check.timeout().toMillis() + " ms");
        } catch (ExecutionException failed) {
            return result(awaited, false, message(failed.getCause()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return result(awaited, false, "interrupted while waiting for the check");
        }
    }

    private CheckResult result(Run of, boolean healthy, String message) {
        long end = of.ended ? of.endedAt : clock.getAsLong();
        return new CheckResult(check.name(), check.required(), healthy, Duration.ofNanos(end - of.begun), message);
    }

    private static String message(@Nullable Throwable failure) {
        if (failure == null) {
            return "failed";
        }
        String text = failure.getMessage();
        String type = failure.getClass().getSimpleName();
        return text == null || text.isBlank() ? type : type + ": " + text;
    }

    /** One run; the future may be cancelled long before the probe returns, so the end is told apart. */
    private static final class Run implements Runnable {
        private final FutureTask<Boolean> task;
        private final LongSupplier clock;
        private final long begun;
        private volatile boolean ended;
        private volatile long endedAt;

        Run(HealthCheck check, LongSupplier clock) {
            this.clock = clock;
            this.begun = clock.getAsLong();
            // Ended before the future says so: who waited for it may begin the next run at once.
            this.task = new FutureTask<>(() -> {
                try {
                    check.probe().check();
                    return true;
                } finally {
                    end();
                }
            });
        }

        @Override
        public void run() {
            task.run();
            if (!ended) {
                end();
            }
        }

        void refuse() {
            task.cancel(false);
            end();
        }

        private void end() {
            endedAt = clock.getAsLong();
            ended = true;
        }
    }
}
