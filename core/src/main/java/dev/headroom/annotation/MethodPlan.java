package dev.headroom.annotation;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The compiled annotations of one method: its advices in their order. For those who put them around calls, such as the hosts for
 * Spring and CDI; applications call {@link Enhancer#enhance}. Immutable and thread-safe.
 */
public final class MethodPlan {
    private final MethodSite site;
    private final Advice[] advices;

    MethodPlan(MethodSite site, List<Advice> advices) {
        this.site = site;
        this.advices = advices.toArray(Advice[]::new);
    }

    /** The method. */
    public MethodSite site() {
        return site;
    }

    /** The outermost advice's answer, or {@link Advice#NO_ANSWER}. */
    @Nullable Object answer(@Nullable Object[] arguments) throws Throwable {
        return advices[0].answer(arguments);
    }

    /**
     * Runs the advices around a call.
     *
     * @param arguments the call's arguments, as many as the method has
     * @param method calls the method itself; may be called more than once, and from another thread
     */
    public @Nullable Object invoke(@Nullable Object[] arguments, Callee method) throws Throwable {
        return advices[0].invoke(new Step(this, 1, arguments, method));
    }

    /** The method itself, innermost of all. */
    @FunctionalInterface
    public interface Callee {
        /** Calls it with the call's arguments, or those that an interceptor put in their place. */
        @Nullable Object call(@Nullable Object[] arguments) throws Throwable;
    }

    private record Step(MethodPlan plan, int next, @Nullable Object[] arguments, Callee method) implements Invocation {
        @Override
        public MethodSite site() {
            return plan.site;
        }

        @Override
        public @Nullable Object proceed() throws Throwable {
            return proceed(arguments);
        }

        @Override
        public @Nullable Object proceed(@Nullable Object[] arguments) throws Throwable {
            return next == plan.advices.length
                    ? method.call(arguments)
                    : plan.advices[next].invoke(new Step(plan, next + 1, arguments, method));
        }
    }
}
