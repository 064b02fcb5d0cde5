package dev.headroom.router.internal;

import dev.headroom.Deadline;
import dev.headroom.RequestContext;
import dev.headroom.router.RouteScope;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * One run of a read-only call that is run once more, on other nodes, if its node fails it: the connection was lost, or the standby
 * cancelled a query because it stood in the way of the replay.
 *
 * <p>It is run again only when the failure that ends it is one that the router saw, or was caused by it, and when the unit that failed was
 * begun in the call; so a transaction from outside of it is never continued on another node. Calls within a call are part of it.
 */
public final class ReadAttempt {
    private static final ThreadLocal<@Nullable ReadAttempt> CURRENT = new ThreadLocal<>();
    private static final long LONGEST_PAUSE = TimeUnit.MILLISECONDS.toNanos(5);

    /** On which it has failed; null for none, as mostly. */
    private @Nullable Set<Node> avoided;

    private @Nullable SQLException noted;
    private @Nullable RouterSensors sensors;
    /** A call in it must not run twice. */
    private boolean once;

    private ReadAttempt() {}

    /**
     * What is run.
     *
     * @param <T> what it returns
     * @param <X> what it throws
     */
    public interface Body<T extends @Nullable Object, X extends Throwable> {
        /** Runs it. */
        T run() throws X;
    }

    /** Runs the body in the scope, and if that is read-only and not once only, a second time if need be. */
    public static <T extends @Nullable Object, X extends Throwable> T within(RouteScope scope, Body<T, X> body)
            throws X {
        Body<T, X> scoped = () -> {
            try (RouteScope.Handle handle = scope.open()) {
                Objects.requireNonNull(handle);
                return body.run();
            }
        };
        ReadAttempt outer = CURRENT.get();
        if (outer != null && scope.isReadOnly() && !scope.isRetried()) {
            outer.once = true;
        }
        return scope.isRetried() ? run(scoped) : scoped.run();
    }

    private static <T extends @Nullable Object, X extends Throwable> T run(Body<T, X> body) throws X {
        if (CURRENT.get() != null) {
            return body.run();
        }
        ReadAttempt attempt = new ReadAttempt();
        CURRENT.set(attempt);
        try {
            return attempt.twice(body);
        } finally {
            CURRENT.set(null); // removed, it would be made anew by the next
        }
    }

    static @Nullable ReadAttempt current() {
        return CURRENT.get();
    }

    /** Whether the current call has failed on this node already. */
    static boolean avoids(Node node) {
        ReadAttempt attempt = CURRENT.get();
        return attempt != null && attempt.avoided != null && attempt.avoided.contains(node);
    }

    /** Whether the current call has failed on any node already. */
    static boolean avoidsAny() {
        ReadAttempt attempt = CURRENT.get();
        return attempt != null && attempt.avoided != null;
    }

    /** A unit of the current call has failed on this node. */
    static void note(Node node, SQLException failure, RouterSensors sensors) {
        ReadAttempt attempt = CURRENT.get();
        if (attempt != null && Failures.answeredElsewhere(failure)) {
            attempt.noted = failure;
            if (attempt.avoided == null) {
                attempt.avoided = new HashSet<>(2);
            }
            attempt.avoided.add(node);
            attempt.sensors = sensors;
        }
    }

    @SuppressWarnings("unchecked") // what the body throws is unchecked or its X
    private <T extends @Nullable Object, X extends Throwable> T twice(Body<T, X> body) throws X {
        try {
            return body.run();
        } catch (Throwable first) {
            RouterSensors counter = sensors;
            if (counter == null || once || !causedByNoted(first) || !worthwhile()) {
                throw (X) first;
            }
            counter.retried();
            return again(body, first);
        }
    }

    private static <T extends @Nullable Object, X extends Throwable> T again(Body<T, X> body, Throwable first)
            throws X {
        // Not all readers of a node that died at the same moment on the next one.
        LockSupport.parkNanos(ThreadLocalRandom.current().nextLong(LONGEST_PAUSE));
        try {
            return body.run();
        } catch (Throwable second) {
            if (second != first) {
                second.addSuppressed(first);
            }
            throw second;
        }
    }

    private boolean causedByNoted(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause == noted) {
                return true;
            }
        }
        return false;
    }

    private static boolean worthwhile() {
        if (Thread.currentThread().isInterrupted()) {
            return false;
        }
        Deadline deadline =
                RequestContext.active().flatMap(RequestContext::deadline).orElse(null);
        return deadline == null || deadline.remaining().toNanos() > LONGEST_PAUSE;
    }
}
