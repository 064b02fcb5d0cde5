package dev.headroom.metrics;

import dev.headroom.annotation.InterceptedBy;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Measures how long calls take and how they end, as {@value MetricsMeters#CALLS}; behaviour by {@link Metrics}. A method that returns a
 * {@link java.util.concurrent.CompletionStage} is measured until it completes.
 *
 * <pre>{@code
 * @Timed
 * List<Product> newest();
 * }</pre>
 */
@Documented
@Inherited
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.METHOD, ElementType.TYPE})
@InterceptedBy("Metrics")
public @interface Timed {
    /** The value of the tag {@code method}. Default: {@code Type.method}. */
    String value() default "";
}
