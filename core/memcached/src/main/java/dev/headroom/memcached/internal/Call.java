package dev.headroom.memcached.internal;

import dev.headroom.memcached.MemcachedException;
import dev.headroom.memcached.MemcachedException.Kind;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import net.spy.memcached.MemcachedConnection;
import net.spy.memcached.ops.Operation;
import net.spy.memcached.ops.OperationStatus;
import net.spy.memcached.ops.StatusCode;
import org.jspecify.annotations.Nullable;

/** One operation under way: ends once, by its answer or its time, on a completing thread. */
final class Call<T> {
    private final CompletableFuture<T> result = new CompletableFuture<>();
    private final AtomicBoolean ended = new AtomicBoolean();
    private final NodeAddress address;
    private final Workers workers;
    private volatile Runnable cancelTimeout = () -> {};
    private volatile @Nullable Operation operation;

    Call(NodeAddress address, Workers workers) {
        this.address = address;
        this.workers = workers;
    }

    /** From now on its time runs. */
    void start(long timeoutNanos) {
        cancelTimeout = workers.after(timeoutNanos, () -> timedOut(timeoutNanos));
    }

    CompletableFuture<T> result() {
        return result;
    }

    boolean isEnded() {
        return ended.get();
    }

    void begin(Operation operation) {
        this.operation = operation;
    }

    void succeed(T value) {
        Operation done = operation;
        if (done != null) {
            MemcachedConnection.opSucceeded(done);
        }
        end(() -> result.complete(value));
    }

    /** Ends by a status that is none of the operation's own answers. */
    void fail(OperationStatus status) {
        if (status.getStatusCode() == StatusCode.CANCELLED) {
            fail(Kind.UNAVAILABLE, "not connected", null);
        } else if (status.getStatusCode() == StatusCode.TIMEDOUT) {
            fail(Kind.TIMEOUT, "timed out", null);
        } else {
            fail(Kind.REFUSED, status.getMessage(), null);
        }
    }

    void fail(Kind kind, String message, @Nullable Throwable cause) {
        MemcachedException failure = new MemcachedException(kind, "memcached " + address + ": " + message, cause);
        end(() -> result.completeExceptionally(failure));
    }

    private void timedOut(long nanos) {
        Operation late = operation;
        boolean wasOpen = !ended.get();
        fail(Kind.TIMEOUT, "no answer within " + nanos / 1_000_000 + " ms", null);
        if (late != null && wasOpen) {
            late.timeOut();
            MemcachedConnection.opTimedOut(late);
        }
    }

    private void end(Runnable completion) {
        if (!ended.compareAndSet(false, true)) {
            return;
        }
        cancelTimeout.run();
        try {
            workers.complete(completion);
        } catch (RejectedExecutionException closed) {
            completion.run();
        }
    }
}
