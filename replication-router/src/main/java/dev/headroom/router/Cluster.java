package dev.headroom.router;

import dev.headroom.annotation.InterceptedBy;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The method's connections of {@link Routers#dataSource()} are to this cluster: a functional partition, such as the orders, that has its
 * own primary and replicas. Goes together with {@link ReadOnly} and its siblings; the innermost of several counts.
 *
 * <p>The cluster is chosen when a connection is taken: a transaction that has begun stays where it is. Same as {@link Routers#within}.
 *
 * <pre>{@code
 * @Cluster("orders")
 * interface Orders {
 *     @ReadOnly List<Order> recent(long customer);
 *     void place(Order order);
 * }
 * }</pre>
 */
@Documented
@InterceptedBy("Routers")
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.METHOD, ElementType.TYPE})
public @interface Cluster {
    /** The name of the cluster's router; one that is not there is refused when the annotation comes alive. */
    String value();
}
