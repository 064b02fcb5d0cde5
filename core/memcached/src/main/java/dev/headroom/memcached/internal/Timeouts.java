package dev.headroom.memcached.internal;

import dev.headroom.memcached.MemcachedException.Kind;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends the operations of one node whose time is over, and all of them when the client is closed. All have the same time, so they are over in the order in
 * which they began: a queue does, and the timer is asked once for all of them, when the first is due.
 */
final class Timeouts implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Timeouts.class);

    private final Workers workers;
    private final long nanos;
    private final Queue<Ticket> begun = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean armed = new AtomicBoolean();
    private volatile boolean closed;

    /** An operation's place in the queue; given back, it holds on to nothing. */
    static final class Ticket {
        private final long due;
        private volatile @Nullable Call<?> call;

        private Ticket(Call<?> call, long due) {
            this.call = call;
            this.due = due;
        }

        void giveBack() {
            call = null;
        }
    }

    Timeouts(Workers workers, long nanos) {
        this.workers = workers;
        this.nanos = nanos;
    }

    /** From now on its time runs. */
    Ticket begin(Call<?> call) {
        Ticket ticket = new Ticket(call, System.nanoTime() + nanos);
        begun.add(ticket);
        if (closed) {
            failAll();
        } else if (!armed.get() && armed.compareAndSet(false, true)) {
            workers.after(nanos, this::sweep);
        }
        return ticket;
    }

    /** Ends those that are under way, and each that begins later at once. */
    @Override
    public void close() {
        closed = true;
        failAll();
    }

    private void failAll() {
        for (Ticket next = begun.poll(); next != null; next = begun.poll()) {
            Call<?> call = next.call;
            if (call != null) {
                quietly(() -> call.fail(Kind.UNAVAILABLE, "closed", null));
            }
        }
    }

    /** What one operation's end sets off must not keep the others from ending. */
    private static void quietly(Runnable end) {
        try {
            end.run();
        } catch (Throwable failed) {
            LOG.error("memcached: at the end of an operation", failed);
        }
    }

    private void sweep() {
        long now = System.nanoTime();
        for (Ticket first = begun.peek(); first != null; first = begun.peek()) {
            Call<?> call = first.call;
            if (call != null && first.due - now > 0) {
                workers.after(first.due - now, this::sweep);
                return;
            }
            if (begun.remove(first) && call != null) {
                quietly(() -> call.timedOut(nanos));
            }
        }
        armed.set(false);
        // Who began an operation meanwhile may have found it armed.
        if (!begun.isEmpty() && armed.compareAndSet(false, true)) {
            workers.after(nanos, this::sweep);
        }
    }
}
