package dev.headroom.cache.servlet;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A page that a request of this JVM renders now, for the others that ask for it. */
final class Rendering {
    private final CompletableFuture<Outcome> outcome = new CompletableFuture<>();

    /** What those who waited do. */
    enum Outcome {
        /** Ask the cache. */
        READY,
        /** Render it themselves: it can't be kept. */
        PASS,
        /** Nothing: rendering it has failed. */
        FAILED,
        /** Nothing: it took too long. */
        LATE
    }

    /** The first word counts. */
    void settle(Outcome outcome) {
        this.outcome.complete(outcome);
    }

    Outcome await(Duration most) {
        try {
            return outcome.get(most.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException late) {
            return Outcome.LATE;
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return Outcome.LATE;
        } catch (ExecutionException never) {
            throw new IllegalStateException(never);
        }
    }
}
