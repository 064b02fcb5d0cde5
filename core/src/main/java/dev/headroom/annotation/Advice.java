package dev.headroom.annotation;

import org.jspecify.annotations.Nullable;

/** What happens around one annotated method; made once per method, called for every call. Thread-safe. */
@FunctionalInterface
public interface Advice {
    /** What {@link #answer} gives when it has none. */
    Object NO_ANSWER = new Object();

    /**
     * The call's result if it is at hand, so that nothing has to be prepared for going on inwards; else {@link #NO_ANSWER}, and {@link #invoke} runs.
     * Only the outermost advice of a method is asked, and not by every host: leave to {@link #invoke} what must happen at each call.
     *
     * @param arguments the call's arguments; not to be changed
     */
    default @Nullable Object answer(@Nullable Object[] arguments) throws Throwable {
        return NO_ANSWER;
    }

    /** Runs around the call; {@link Invocation#proceed()} goes on inwards. */
    @Nullable Object invoke(Invocation invocation) throws Throwable;
}
