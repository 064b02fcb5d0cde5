package dev.headroom.annotation;

import java.lang.annotation.Annotation;

/**
 * Gives an annotation its behaviour: compiles it, once per annotated method, into an {@link Advice}.
 *
 * <p>The annotation may stand on the implementing class's method, on the interface's, or on either type for all its methods; the
 * nearest wins in that order.
 *
 * @param <A> the annotation
 */
public interface Interceptor<A extends Annotation> {
    /** The annotation. */
    Class<A> annotation();

    /** Its place in the order. */
    InterceptorSlot slot();

    /**
     * Compiles the annotation for one method.
     *
     * @throws dev.headroom.config.ConfigurationException if it can't take effect there: every mistake that can be known now is
     */
    Advice compile(A annotation, MethodSite site);
}
