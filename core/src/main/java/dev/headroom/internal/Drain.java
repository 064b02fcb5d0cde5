package dev.headroom.internal;

import dev.headroom.Component;
import dev.headroom.Deadline;
import dev.headroom.DrainReport;
import dev.headroom.health.Health;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The way out: not ready, requests finish, components drain, everything closes.
 *
 * <p>Of what is left of the time, each step may take two thirds: a request that hangs leaves a third for the components, a component that
 * hangs a third for those after it. The last may take all.
 */
public final class Drain {
    private static final Duration CLOSING_AT_LEAST = Duration.ofSeconds(5);
    private static final Logger log = LoggerFactory.getLogger(Drain.class);

    private final List<Component> components;
    private final Health health;
    private final InFlight inFlight;
    private final Duration grace;
    private final CompletableFuture<Void> closed;
    private final List<String> unfinished = new ArrayList<>();

    /** A drain of these; {@code closed} ends the grace early. */
    public Drain(
            List<Component> components,
            Health health,
            InFlight inFlight,
            Duration grace,
            CompletableFuture<Void> closed) {
        this.components = components;
        this.health = health;
        this.inFlight = inFlight;
        this.grace = grace;
        this.closed = closed;
    }

    /** Drains, closes by the given action, and tells what was left. An interrupt skips the waiting and is kept. */
    public DrainReport run(Duration within, Runnable close) {
        long began = System.nanoTime();
        Deadline deadline = Deadline.after(within);
        health.drain();
        log.info("drain: not ready from now on, {} requests in flight", inFlight.count());
        boolean interrupted = Thread.interrupted();
        try {
            waitForTraffic(deadline);
            drainComponents(deadline);
            inFlight.close();
            inFlight.awaitNone(deadline.remaining());
        } catch (InterruptedException e) {
            interrupted = true;
            unfinished.add("drain: interrupted");
        }
        int left = inFlight.count();
        interrupted |= close(deadline, close);
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        DrainReport report = new DrainReport(Duration.ofNanos(System.nanoTime() - began), left, unfinished);
        if (report.complete()) {
            log.info("drain: done in {} ms, nothing left", report.took().toMillis());
        } else {
            log.warn(
                    "drain: done in {} ms, left: {} requests, {}", report.took().toMillis(), left, unfinished);
        }
        return report;
    }

    private void waitForTraffic(Deadline deadline) throws InterruptedException {
        Duration wait = min(grace, deadline.remaining());
        try {
            closed.get(Math.max(0, wait.toNanos()), TimeUnit.NANOSECONDS);
        } catch (java.util.concurrent.TimeoutException | java.util.concurrent.ExecutionException graceIsOver) {
            log.debug("drain: grace of {} is over", wait);
        }
        inFlight.awaitNone(share(deadline.remaining(), components.isEmpty()));
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
    }

    private void drainComponents(Deadline deadline) throws InterruptedException {
        for (int i = components.size() - 1; i >= 0; i--) {
            Component component = components.get(i);
            Duration left = share(deadline.remaining(), i == 0);
            if (left.isNegative()) {
                unfinished.add(component.name() + ": not drained, no time was left");
                continue;
            }
            bounded(component.name() + ": drain ", "headroom-drain-" + component.name(), left, () -> {
                component.drain(left);
                return true;
            });
        }
    }

    private boolean close(Deadline deadline, Runnable close) {
        Duration left = deadline.remaining();
        Duration time = left.compareTo(CLOSING_AT_LEAST) < 0 ? CLOSING_AT_LEAST : left;
        try {
            bounded("close: ", "headroom-drain-close", time, () -> {
                close.run();
                return true;
            });
            return false;
        } catch (InterruptedException e) {
            unfinished.add("close: interrupted");
            return true;
        }
    }

    private void bounded(String what, String thread, Duration within, Callable<?> work) throws InterruptedException {
        Optional<String> problem = Bounded.run(thread, within, work);
        problem.ifPresent(text -> unfinished.add(what + text));
    }

    private static Duration share(Duration left, boolean last) {
        return last ? left : left.multipliedBy(2).dividedBy(3);
    }

    private static Duration min(Duration a, Duration b) {
        return a.compareTo(b) <= 0 ? a : b;
    }
}
