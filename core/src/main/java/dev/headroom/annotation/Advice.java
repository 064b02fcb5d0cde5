package dev.headroom.annotation;

import org.jspecify.annotations.Nullable;

/** What happens around one annotated method; made once per method, called for every call. Thread-safe. */
@FunctionalInterface
public interface Advice {
    /** Runs around the call; {@link Invocation#proceed()} goes on inwards. */
    @Nullable Object invoke(Invocation invocation) throws Throwable;
}
