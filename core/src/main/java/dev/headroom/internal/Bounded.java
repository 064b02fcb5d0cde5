package dev.headroom.internal;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Does one piece of work on a thread of its own, and no longer waits for it than told. */
final class Bounded {
    private static final Logger log = LoggerFactory.getLogger(Bounded.class);

    private Bounded() {}

    /**
     * Does the work; empty when it ended well, else what was wrong. Work that is not done in time is interrupted and left alone.
     *
     * @throws InterruptedException if the waiting thread is interrupted; the work is interrupted too
     */
    static Optional<String> run(String thread, Duration within, Callable<?> work) throws InterruptedException {
        FutureTask<?> task = new FutureTask<>(work);
        Thread runner = new Thread(task, thread);
        runner.setDaemon(true);
        runner.start();
        try {
            task.get(Math.max(0, within.toNanos()), TimeUnit.NANOSECONDS);
            return Optional.empty();
        } catch (TimeoutException e) {
            task.cancel(true);
            return Optional.of("not done within " + within.toMillis() + " ms");
        } catch (ExecutionException e) {
            log.warn("{}: failed", thread, e.getCause());
            return Optional.of("failed: " + e.getCause());
        } catch (InterruptedException e) {
            task.cancel(true);
            throw e;
        }
    }
}
