package dev.headroom.memcached.internal;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Ends the operations of one node whose time is over. All have the same time, so they are over in the order in which they began: a queue does, and
 * the timer is asked once for all of them, when the first is due.
 */
final class Timeouts {
    private final Workers workers;
    private final long nanos;
    private final Queue<Ticket> begun = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean armed = new AtomicBoolean();

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
        if (!armed.get() && armed.compareAndSet(false, true)) {
            workers.after(nanos, this::sweep);
        }
        return ticket;
    }

    private void sweep() {
        long now = System.nanoTime();
        for (Ticket first = begun.peek(); first != null; first = begun.peek()) {
            Call<?> call = first.call;
            if (call != null && first.due - now > 0) {
                workers.after(first.due - now, this::sweep);
                return;
            }
            begun.poll();
            if (call != null) {
                call.timedOut(nanos);
            }
        }
        armed.set(false);
        // Who began an operation meanwhile may have found it armed.
        if (!begun.isEmpty() && armed.compareAndSet(false, true)) {
            workers.after(nanos, this::sweep);
        }
    }
}
