package dev.headroom.internal;

import dev.headroom.Component;
import dev.headroom.DrainReport;
import dev.headroom.health.Health;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The end of an application: drained once, closed once, whoever asks and however often. */
public final class Lifecycle implements AutoCloseable {
    private static final int LATER_WAITS_SECONDS = 30;
    private static final Logger log = LoggerFactory.getLogger(Lifecycle.class);

    private final List<Component> components;
    private final List<AutoCloseable> others;
    private final Health health;
    private final InFlight inFlight;
    private final Duration grace;
    private final AtomicReference<@Nullable CompletableFuture<DrainReport>> drained = new AtomicReference<>();
    private final AtomicReference<@Nullable Thread> closer = new AtomicReference<>();
    private final CountDownLatch closed = new CountDownLatch(1);
    private final CompletableFuture<Void> closing = new CompletableFuture<>();
    private volatile @Nullable Thread hook;

    /** The life of these components; {@code others} are closed after them. */
    public Lifecycle(
            List<Component> components, List<AutoCloseable> others, Health health, InFlight inFlight, Duration grace) {
        this.components = List.copyOf(components);
        this.others = List.copyOf(others);
        this.health = health;
        this.inFlight = inFlight;
        this.grace = grace;
    }

    /** Drains when the JVM is told to end. */
    public void drainOnShutdown(Duration within) {
        Thread added = new Thread(() -> drain(within), "headroom-shutdown-1");
        Runtime.getRuntime().addShutdownHook(added);
        hook = added;
    }

    /** Drains and closes; who comes later waits for the first and gets the same report. */
    public DrainReport drain(Duration within) {
        CompletableFuture<DrainReport> mine = new CompletableFuture<>();
        if (!drained.compareAndSet(null, mine)) {
            CompletableFuture<DrainReport> first = drained.get();
            return first == null ? drain(within) : first.join();
        }
        if (closer.get() != null) {
            close();
            mine.complete(new DrainReport(Duration.ZERO, 0, List.of()));
            return mine.join();
        }
        try {
            mine.complete(new Drain(components, health, inFlight, grace, closing).run(within, this::close));
        } finally {
            mine.completeExceptionally(new IllegalStateException("the drain that was waited for failed"));
        }
        return mine.join();
    }

    /** Closes everything; who comes later waits for the first, but no longer than {@link #LATER_WAITS_SECONDS}. */
    @Override
    public void close() {
        if (!closer.compareAndSet(null, Thread.currentThread())) {
            awaitClosed();
            return;
        }
        try {
            closeAll();
        } finally {
            closed.countDown();
        }
    }

    @SuppressWarnings(
            "ReferenceEquality") // A component that closes the application while it is closed by it does not wait for
    // itself.
    private void awaitClosed() {
        if (closer.get() == Thread.currentThread()) {
            return;
        }
        try {
            if (!closed.await(LATER_WAITS_SECONDS, TimeUnit.SECONDS)) {
                log.warn("close: not done after {} s of waiting for whoever began it", LATER_WAITS_SECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void closeAll() {
        inFlight.close();
        closing.complete(null);
        forgetHook();
        health.close();
        List<AutoCloseable> inOrder = new ArrayList<>(others);
        inOrder.addAll(components);
        Assembly.closeReversed(inOrder);
    }

    private void forgetHook() {
        Thread added = hook;
        if (added == null) {
            return;
        }
        try {
            Runtime.getRuntime().removeShutdownHook(added);
        } catch (IllegalStateException endsAlready) {
            // The JVM is ending, and has started or will start the hook, which finds everything closed.
            hook = null;
        }
    }
}
