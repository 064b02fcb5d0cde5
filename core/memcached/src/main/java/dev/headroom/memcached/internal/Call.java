package dev.headroom.memcached.internal;

import dev.headroom.memcached.MemcachedException;
import dev.headroom.memcached.MemcachedException.Kind;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import net.spy.memcached.MemcachedConnection;
import net.spy.memcached.ops.Operation;
import net.spy.memcached.ops.OperationStatus;
import net.spy.memcached.ops.StatusCode;
import org.jspecify.annotations.Nullable;

/** One operation under way: ends once, by its answer or its time. */
final class Call<T> {
    private final Reply<T> result = new Reply<>();
    private final AtomicBoolean ended = new AtomicBoolean();
    private final NodeAddress address;
    private final Workers workers;
    private volatile Timeouts.@Nullable Ticket ticket;
    private volatile @Nullable Operation operation;

    Call(NodeAddress address, Workers workers) {
        this.address = address;
        this.workers = workers;
    }

    /** From now on its time runs. */
    void start(Timeouts timeouts) {
        Timeouts.Ticket begun = timeouts.begin(this);
        ticket = begun;
        if (ended.get()) {
            begun.giveBack();
        }
    }

    Reply<T> result() {
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
        end(value, null);
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
        end(null, new MemcachedException(kind, "memcached " + address + ": " + message, cause));
    }

    void timedOut(long nanos) {
        Operation late = operation;
        boolean wasOpen = !ended.get();
        fail(Kind.TIMEOUT, "no answer within " + nanos / 1_000_000 + " ms", null);
        if (late != null && wasOpen) {
            late.timeOut();
            MemcachedConnection.opTimedOut(late);
        }
    }

    private void end(@Nullable T value, @Nullable Throwable failure) {
        if (!ended.compareAndSet(false, true)) {
            return;
        }
        Timeouts.Ticket begun = ticket;
        if (begun != null) {
            begun.giveBack();
        }
        if (!result.end(value, failure)) {
            try {
                workers.complete(result::settle);
            } catch (RejectedExecutionException closed) {
                result.settle();
            }
        }
    }
}
