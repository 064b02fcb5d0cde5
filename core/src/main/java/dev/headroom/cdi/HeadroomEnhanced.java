package dev.headroom.cdi;

import jakarta.interceptor.InterceptorBinding;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Brings Headroom's annotations on a CDI bean to life.
 *
 * <p>The application produces its {@code Headroom} as a bean. What can't take effect fails the making of the bean; a bean that has such
 * annotations but not this one fails the start of the container (see {@link HeadroomCheck}). As with all CDI
 * interceptors, a bean's calls of its own methods are not intercepted in every container. Works without a portable extension, so also where
 * containers are built ahead of time.
 *
 * <p>What calls a method on another thread, as a cache does that refreshes in the background, runs the application's interceptors there too. That needs
 * a container that intercepts by a class derived from the bean's, as Weld and ArC do; elsewhere such a call fails with an
 * {@link IllegalStateException}. The scope of such a bean must not end with the request.
 *
 * <pre>{@code
 * @ApplicationScoped
 * @HeadroomEnhanced
 * class Catalog {
 *     @Cached(cache = "products", key = "#id")
 *     Product find(long id) { … }
 * }
 * }</pre>
 */
@Documented
@Inherited
@InterceptorBinding
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface HeadroomEnhanced {}
