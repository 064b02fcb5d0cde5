package dev.headroom.background;

import dev.headroom.Component;
import dev.headroom.Contributions;
import dev.headroom.HeadroomException;
import dev.headroom.RequestContext;
import dev.headroom.config.Checks;
import dev.headroom.internal.InFlight;
import dev.headroom.load.Criticality;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Background work in this process only: what has not run when the process ends is lost, and a failure is logged and not tried again.
 *
 * <p>One daemon thread, started with the first work and ended when idle for 30 s; at most {@value #CAPACITY} waiting pieces. The trace and
 * the user of whoever submits travel with the work; the deadline does not, and the criticality is {@code SHEDDABLE_PLUS}. The thread's
 * transaction plays no part: work may run before it commits, and runs although it rolls back. Work that must follow a commit is submitted
 * in {@link dev.headroom.transaction.Transactions#afterCommit}.
 *
 * <p>An application without a queue has one of these; it is drained and closed after all other components. Thread-safe.
 */
public final class LocalBackground implements Background, Component {
    /** How many pieces of work may wait. */
    public static final int CAPACITY = 10_000;

    private static final Logger log = LoggerFactory.getLogger(LocalBackground.class);

    private final Map<String, Handler<Object>> handlers = new ConcurrentHashMap<>();
    private final InFlight unfinished = new InFlight();
    private final ThreadPoolExecutor executor;

    private LocalBackground() {
        executor = new ThreadPoolExecutor(
                1,
                1,
                30,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(CAPACITY),
                LocalBackground::thread,
                (work, by) -> {
                    throw new RejectedExecutionException(
                            by.isShutdown()
                                    ? "background: closed"
                                    : "background: " + CAPACITY + " pieces of work wait (expected: no more)");
                });
        executor.allowCoreThreadTimeOut(true);
    }

    private static Thread thread(Runnable work) {
        Thread thread = new Thread(work, "headroom-background-1");
        thread.setDaemon(true);
        return thread;
    }

    /** A background of its own. */
    public static LocalBackground create() {
        return new LocalBackground();
    }

    @Override
    public String name() {
        return "background";
    }

    @Override
    public void contribute(Contributions to) {
        to.background(this);
    }

    @Override
    public <P> void handle(String name, Class<P> payload, Handler<? super P> handler) {
        Checks.name("name", name);
        Handler<Object> casting = given -> handler.handle(payload.cast(given));
        if (handlers.putIfAbsent(name, casting) != null) {
            throw new IllegalStateException("name: " + name + " (expected: a name that has no handler)");
        }
    }

    /**
     * {@inheritDoc}
     *
     * @throws RejectedExecutionException if {@value #CAPACITY} pieces of work wait, or this is closed
     */
    @Override
    public void submit(String name, Object payload) {
        Handler<Object> handler = handlers.get(name);
        if (handler == null) {
            throw new IllegalArgumentException("name: " + name + " (expected: one of " + handlers.keySet() + ")");
        }
        Piece piece = new Piece(name, handler, payload, handedOver(), unfinished.enter());
        try {
            executor.execute(piece);
        } catch (RejectedExecutionException refused) {
            piece.ticket.release();
            throw refused;
        }
    }

    @Override
    public void bulk(String name, Collection<?> payloads) {
        payloads.forEach(payload -> submit(name, payload));
    }

    /**
     * Waits until no work waits or runs; takes new work meanwhile, since work may lead to more.
     *
     * @throws HeadroomException if something is left after nine tenths of the time, with how much
     */
    @Override
    public void drain(Duration within) throws InterruptedException {
        if (unfinished.awaitNone(within.minus(within.dividedBy(10)))) {
            return;
        }
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        throw new HeadroomException(unfinished.count() + " pieces of work are left");
    }

    /** Takes no more work, drops what waits and interrupts what runs. */
    @Override
    public void close() {
        List<Runnable> dropped = executor.shutdownNow();
        dropped.forEach(piece -> ((Piece) piece).ticket.release());
        if (!dropped.isEmpty()) {
            log.warn("background: closed, {} pieces of work that waited are lost", dropped.size());
        }
    }

    private static RequestContext handedOver() {
        RequestContext.Builder builder = RequestContext.builder().criticality(Criticality.SHEDDABLE_PLUS);
        RequestContext.active()
                .ifPresent(active -> builder.traceId(active.traceId())
                        .user(active.user().orElse(null))
                        .consistency(active.consistency()));
        return builder.build();
    }

    /** One piece of work that waits or runs. */
    private record Piece(
            String name, Handler<Object> handler, Object payload, RequestContext context, InFlight.Ticket ticket)
            implements Runnable {
        @Override
        public void run() {
            try (RequestContext.Scope scope = context.open()) {
                Objects.requireNonNull(scope);
                handler.handle(payload);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (Exception e) {
                log.error("background: work of {} failed and is lost, since no queue is plugged in", name, e);
            } finally {
                ticket.release();
            }
        }
    }
}
