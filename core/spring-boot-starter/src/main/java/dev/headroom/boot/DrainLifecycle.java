package dev.headroom.boot;

import dev.headroom.DrainReport;
import dev.headroom.Headroom;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/**
 * Drains the application when its context closes, before anything else of it stops, the web server included.
 *
 * <p>A drained application is closed and does not come back: after {@code context.stop()}, {@code context.start()} does not make it serve
 * again. {@code context.pause()} of Spring 7 leaves it alone.
 */
public final class DrainLifecycle implements SmartLifecycle {
    private static final Logger log = LoggerFactory.getLogger(DrainLifecycle.class);

    private final Headroom headroom;
    private volatile boolean running;

    DrainLifecycle(Headroom headroom) {
        this.headroom = headroom;
    }

    @Override
    public void start() {
        running = true;
    }

    @Override
    public void stop() {
        running = false;
        DrainReport report = headroom.drain();
        if (!report.complete()) {
            log.warn("drain: {} requests left, not finished: {}", report.requestsLeft(), report.unfinished());
        }
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    /** Whether Spring 7 may stop it by {@code pause()} and start it again: no. Spring 6 does not ask. */
    public boolean isPauseable() {
        return false;
    }

    /** The highest phase: started last, stopped first. */
    @Override
    public int getPhase() {
        return Integer.MAX_VALUE;
    }
}
