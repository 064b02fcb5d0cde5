package dev.headroom.background;

import dev.headroom.config.Checks;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Background work in this process only: what has not run when the process ends is lost, and a failure is logged and not tried again.
 *
 * <p>One daemon thread, started with the first work and ended when idle for 30 s; at most {@value #CAPACITY} waiting pieces. Thread-safe.
 */
public final class LocalBackground implements Background {
    /** How many pieces of work may wait. */
    public static final int CAPACITY = 10_000;

    private static final Logger log = LoggerFactory.getLogger(LocalBackground.class);

    private final Map<String, Handler<Object>> handlers = new ConcurrentHashMap<>();
    private final ThreadPoolExecutor executor;

    private LocalBackground() {
        executor = new ThreadPoolExecutor(1, 1, 30, TimeUnit.SECONDS, new LinkedBlockingQueue<>(CAPACITY), work -> {
            Thread thread = new Thread(work, "headroom-background-1");
            thread.setDaemon(true);
            return thread;
        });
        executor.allowCoreThreadTimeOut(true);
    }

    /** A background of its own. */
    public static LocalBackground create() {
        return new LocalBackground();
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
     * @throws java.util.concurrent.RejectedExecutionException if {@value #CAPACITY} pieces of work wait
     */
    @Override
    public void submit(String name, Object payload) {
        Handler<Object> handler = handlers.get(name);
        if (handler == null) {
            throw new IllegalArgumentException("name: " + name + " (expected: one of " + handlers.keySet() + ")");
        }
        executor.execute(() -> run(name, handler, payload));
    }

    @Override
    public void bulk(String name, Collection<?> payloads) {
        payloads.forEach(payload -> submit(name, payload));
    }

    private static void run(String name, Handler<Object> handler, Object payload) {
        try {
            handler.handle(payload);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (Exception e) {
            log.error("background: work of {} failed and is lost, since no queue is plugged in", name, e);
        }
    }
}
