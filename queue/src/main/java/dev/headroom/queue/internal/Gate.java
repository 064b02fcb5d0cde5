package dev.headroom.queue.internal;

import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Whether the application lets jobs of a queue begin in this process. Thread-safe. */
final class Gate {
    private static final Logger log = LoggerFactory.getLogger(Gate.class);

    private final String queue;
    private final BooleanSupplier asked;
    private final LogLimit limit = new LogLimit();
    private volatile boolean known = true;

    Gate(String queue, BooleanSupplier asked) {
        this.queue = queue;
        this.asked = asked;
    }

    /** What it says now, or what it said last when it fails. */
    boolean isOpen() {
        try {
            known = asked.getAsBoolean();
        } catch (RuntimeException | Error failed) {
            limit.quietly(kept -> log.warn(
                    "queue {}: runWhile failed, its jobs {} as before ({} messages kept back)",
                    queue,
                    known ? "begin" : "wait",
                    kept,
                    failed));
        }
        return known;
    }
}
