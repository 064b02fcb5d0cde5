package dev.headroom.queue;

import java.io.Serializable;

/**
 * A reference to a method with {@link Job}, as in {@code Images::thumb}; names the method and is never called.
 *
 * <p>Serializable so that class and method name can be read from it; nothing is serialized. A lambda expression is refused, since the
 * database could not know it by a name.
 */
public sealed interface JobMethod extends Serializable
        permits JobMethod.Plain, JobMethod.WithPayload, JobMethod.WithContext, JobMethod.WithBoth {
    /** A method without parameters. */
    @FunctionalInterface
    non-sealed interface Plain<T> extends JobMethod {
        /** Never called. */
        void run(T handler) throws Exception;
    }

    /** A method that takes a payload. */
    @FunctionalInterface
    non-sealed interface WithPayload<T, P> extends JobMethod {
        /** Never called. */
        void run(T handler, P payload) throws Exception;
    }

    /** A method that takes the context. */
    @FunctionalInterface
    non-sealed interface WithContext<T> extends JobMethod {
        /** Never called. */
        void run(T handler, JobContext context) throws Exception;
    }

    /** A method that takes a payload and the context. */
    @FunctionalInterface
    non-sealed interface WithBoth<T, P> extends JobMethod {
        /** Never called. */
        void run(T handler, P payload, JobContext context) throws Exception;
    }
}
