package dev.headroom.router;

import dev.headroom.annotation.InterceptedBy;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The method only reads: its statements go to a replica that is fresh enough and has reached the request's position, or to the
 * primary when there is none. A write in it is refused with {@link ReadOnlyViolationException}; in a router of one node as far as the driver's
 * {@code setReadOnly} does it.
 *
 * <p>Same as {@link RouteScope#readOnly()}. Does not change a transaction that is already open around the method.
 *
 * <pre>{@code
 * @ReadOnly(maxStaleness = "2s")
 * List<Product> newest();
 * }</pre>
 */
@Documented
@InterceptedBy("ReplicaRouter")
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.METHOD, ElementType.TYPE})
public @interface ReadOnly {
    /** How stale the replica may be, for example {@code 2s} or {@code 500ms}; empty for the router's soft limit. */
    String maxStaleness() default "";

    /**
     * Whether the method is run once more, on another node, when its node is lost or cancels a query for the sake of its replay; say no
     * when it does other things than read from the database.
     */
    boolean retry() default true;
}
