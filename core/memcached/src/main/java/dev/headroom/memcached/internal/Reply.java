package dev.headroom.memcached.internal;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What an operation answers. A thread that waits in {@link #join} is woken by the I/O thread itself and completes the future on its own: a blocking
 * read costs one change of threads. Where nobody waits, the future is completed by whoever calls {@link #settle}, so that what depends on it never
 * runs on the I/O thread.
 */
final class Reply<T> extends CompletableFuture<T> {
    private static final Logger LOG = LoggerFactory.getLogger(Reply.class);

    private static final VarHandle STATE;
    private static final VarHandle LISTENER;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            STATE = lookup.findVarHandle(Reply.class, "state", Object.class);
            LISTENER = lookup.findVarHandle(Reply.class, "listener", Consumer.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** In the listener's place once it ended. */
    private record Heard(@Nullable Throwable failure) implements Consumer<@Nullable Throwable> {
        @Override
        public void accept(@Nullable Throwable again) {}
    }

    /** Nothing yet, the thread that waits, or the outcome. */
    @SuppressWarnings("unused") // by its handle
    private volatile @Nullable Object state;

    @SuppressWarnings("unused") // by its handle
    private volatile @Nullable Consumer<@Nullable Throwable> listener;

    private record Outcome(@Nullable Object value, @Nullable Throwable failure) {}

    /** Ends it, once. Says whether a waiting thread goes on from here; otherwise somebody has to settle it. */
    boolean end(@Nullable T value, @Nullable Throwable failure) {
        try {
            tell(LISTENER.getAndSet(this, new Heard(failure)), failure);
        } catch (Throwable broken) { // a meter of the application's, perhaps: who waits is not to wait for ever
            LOG.error("memcached: an operation's end could not be counted", broken);
        }
        Object before = STATE.getAndSet(this, new Outcome(value, failure));
        if (before instanceof Thread waiting) {
            LockSupport.unpark(waiting);
            return true;
        }
        return false;
    }

    /**
     * Tells the listener how it ended, null for well, before anybody who waits goes on. One listener at most, which must be short: it may run on the I/O
     * thread.
     */
    void whenEnded(Consumer<@Nullable Throwable> told) {
        if (!LISTENER.compareAndSet(this, null, told) && listener instanceof Heard heard) {
            told.accept(heard.failure);
        }
    }

    @SuppressWarnings("unchecked") // what whenEnded put there
    private static void tell(@Nullable Object listener, @Nullable Throwable failure) {
        if (listener != null) {
            ((Consumer<@Nullable Throwable>) listener).accept(failure);
        }
    }

    /** Completes the future with what it ended with. */
    @SuppressWarnings({"unchecked", "NullAway"}) // the outcome's value is a T, which may be null
    void settle() {
        if (state instanceof Outcome outcome) {
            if (outcome.failure == null) {
                complete((T) outcome.value);
            } else {
                completeExceptionally(outcome.failure);
            }
        }
    }

    @Override
    public T join() {
        if (!isDone() && arrived()) {
            settle();
        }
        return super.join();
    }

    /** Waits for the outcome; says no if another thread does already, which will complete the future. */
    private boolean arrived() {
        if (STATE.compareAndSet(this, null, Thread.currentThread())) {
            boolean interrupted = false;
            while (!(state instanceof Outcome)) {
                LockSupport.park(this);
                interrupted |= Thread.interrupted();
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
        return state instanceof Outcome;
    }
}
