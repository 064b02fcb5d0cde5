package dev.headroom.router;

import dev.headroom.annotation.InterceptedBy;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The method only reads, and never on the primary: reports and exports. When no replica may answer it fails with
 * {@link RouteRefusedException} rather than burden the primary; only a router without ordinary replicas lets the primary answer where no
 * tag is asked for.
 *
 * <p>Same as {@link RouteScope#replica()}, or {@link RouteScope#replica(String)}.
 */
@Documented
@InterceptedBy("ReplicaRouter")
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.METHOD, ElementType.TYPE})
public @interface UseReplica {
    /** The tag that the replica must have ({@link NodeSpec#tags}), for example {@code reports}; empty for an ordinary one. */
    String tag() default "";

    /**
     * How stale the replica may be, for example {@code 10m}; empty for the router's hard limit; {@code any}, with a tag only, for
     * {@link RouteScope#anyStaleness()}.
     */
    String maxStaleness() default "";

    /**
     * Whether the method is run once more, on another node, when its node is lost or cancels a query for the sake of its replay; say no
     * when it does other things than read from the database.
     */
    boolean retry() default true;
}
