package dev.headroom.annotation;

import org.jspecify.annotations.Nullable;

/** One call of an annotated method. Used by one thread at a time. */
public interface Invocation {
    /** The method called. */
    MethodSite site();

    /** The arguments; not to be changed. */
    @Nullable Object[] arguments();

    /** Calls the next interceptor, at last the method; may be called again to retry, or from another thread. */
    @Nullable Object proceed() throws Throwable;

    /**
     * The same with other arguments, for an interceptor that asks the method for a part only. The interceptors further inwards see these.
     *
     * @param arguments as many as the method has parameters, and of their types; not to be changed afterwards
     */
    @Nullable Object proceed(@Nullable Object[] arguments) throws Throwable;
}
