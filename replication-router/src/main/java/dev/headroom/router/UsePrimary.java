package dev.headroom.router;

import dev.headroom.annotation.InterceptedBy;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The method's statements go to the primary, also those that only read: a critical read, a checkout. May write, unless a
 * {@link ReadOnly} is around it.
 *
 * <p>Same as {@link RouteScope#primary()}.
 */
@Documented
@InterceptedBy("ReplicaRouter")
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.METHOD, ElementType.TYPE})
public @interface UsePrimary {}
