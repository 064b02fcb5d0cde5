package dev.headroom.annotation;

import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The compiled annotations of one class: a {@link MethodPlan} for each of its annotated methods. For hosts; see {@link Enhancer#plan}.
 * Immutable and thread-safe.
 */
public final class TypePlan {
    private final Map<Signature, MethodPlan> plans;

    TypePlan(Map<Signature, MethodPlan> plans) {
        this.plans = Map.copyOf(plans);
    }

    /** The plan of a method by which callers call, on the class or on any of its interfaces; empty when it is called as it is. */
    public Optional<MethodPlan> of(Method method) {
        return Optional.ofNullable(plans.get(Signature.of(method)));
    }

    /** Whether no method has a plan. */
    public boolean isEmpty() {
        return plans.isEmpty();
    }

    /** A method's name and parameter types: what an override has in common with what it overrides. */
    record Signature(String name, List<Class<?>> parameters) {
        static Signature of(Method method) {
            return new Signature(method.getName(), Arrays.asList(method.getParameterTypes()));
        }

        @Override
        public String toString() {
            return name + "("
                    + String.join(
                            ", ", parameters.stream().map(Class::getSimpleName).toList()) + ")";
        }
    }
}
