package dev.headroom.annotation;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Stands on an annotation that does nothing unless a component gives it its behaviour.
 *
 * <p>Where such an annotation is found and no plugged component intercepts it, {@link Enhancer} refuses the type and names what to
 * plug in, so that {@code @Cached} is never silently without a cache.
 *
 * <pre>{@code
 * @InterceptedBy("Caches")
 * public @interface Cached { … }
 * }</pre>
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.ANNOTATION_TYPE)
public @interface InterceptedBy {
    /** The component to plug in, by the name its users know, for example {@code Caches}. */
    String value();
}
