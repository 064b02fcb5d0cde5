package dev.headroom.memcached.internal;

import dev.headroom.memcached.MemcachedException;
import dev.headroom.memcached.MemcachedException.Kind;
import dev.headroom.memcached.MemcachedPort;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreaker.State;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks a node whose breaker has opened whether it is back, in the background, so that no caller pays for finding out that it is not. */
final class Probes {
    private static final Logger LOG = LoggerFactory.getLogger(Probes.class);

    private final CircuitBreaker breaker;
    private final MemcachedPort port;
    private final Workers workers;
    private final Duration every;

    Probes(CircuitBreaker breaker, MemcachedPort port, Workers workers, Duration every) {
        this.breaker = breaker;
        this.port = port;
        this.workers = workers;
        this.every = every;
        breaker.getEventPublisher().onStateTransition(event -> {
            if (event.getStateTransition().getToState() == State.OPEN) {
                later();
            }
        });
    }

    private void later() {
        workers.after(every.toNanos(), this::now);
    }

    /** Asks unless that is under way; there is nothing to ask while the breaker is closed. */
    void now() {
        if (breaker.getState() == State.OPEN) {
            try {
                breaker.transitionToHalfOpenState();
            } catch (RuntimeException changedMeanwhile) {
                LOG.debug("memcached: breaker changed state meanwhile", changedMeanwhile);
            }
        }
        if (breaker.getState() == State.HALF_OPEN && breaker.tryAcquirePermission()) {
            long start = System.nanoTime();
            port.version().whenComplete((version, failure) -> ended(System.nanoTime() - start, failure));
        }
    }

    private void ended(long nanos, @Nullable Throwable thrown) {
        Throwable failure = thrown instanceof CompletionException wrapped ? wrapped.getCause() : thrown;
        if (failure == null || (failure instanceof MemcachedException known && known.kind() == Kind.REFUSED)) {
            breaker.onSuccess(nanos, TimeUnit.NANOSECONDS);
        } else {
            breaker.onError(nanos, TimeUnit.NANOSECONDS, failure);
        }
    }
}
