package dev.headroom.annotation;

import java.lang.reflect.Method;
import java.util.Objects;

/**
 * An annotated method: as declared, and on the class that implements it.
 *
 * @param declared the method by which callers call, usually of an interface
 * @param implementation the method of the implementing class
 */
public record MethodSite(Method declared, Method implementation) {
    /** Checks that nothing is null. */
    public MethodSite {
        Objects.requireNonNull(declared, "declared");
        Objects.requireNonNull(implementation, "implementation");
    }

    /** {@code Type.method}, for messages and meter tags. */
    public String label() {
        return implementation.getDeclaringClass().getSimpleName() + "." + implementation.getName();
    }
}
