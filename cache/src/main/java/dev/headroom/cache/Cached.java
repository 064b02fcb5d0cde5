package dev.headroom.cache;

import dev.headroom.annotation.InterceptedBy;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Answers calls of the method from a cache; the method is the loader.
 *
 * <p>Comes alive on objects made by {@code Headroom.enhance}, or on beans of a host that is told of it. Calls that an object makes to
 * itself are not answered from the cache. Results are shared by all callers and must not be changed. Durations are written as
 * {@code 250ms}, {@code 5s}, {@code 10m}, {@code 2h}, {@code 1d} or in ISO-8601; empty means as the cache's options say.
 *
 * <pre>{@code
 * @Cached(cache = "products", key = "#id", fresh = "5m", staleIfError = "2h")
 * Product find(String id);
 * }</pre>
 */
@Documented
@InterceptedBy("Caches")
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface Cached {
    /** The cache's name. */
    String cache();

    /** A key expression over the arguments, for example {@code #id}; empty: all arguments together. */
    String key() default "";

    /** How long a result is fresh. */
    String fresh() default "";

    /** How long after that it is served while it is refreshed in the background. */
    String staleWhileRevalidate() default "";

    /** How long after that it is served when the method fails. */
    String staleIfError() default "";

    /** How long a null result is kept. */
    String negative() default "";

    /** An expression over arguments and {@code #result}; when true, the result is not kept. An {@code Optional} is unwrapped: empty is null. */
    String unless() default "";

    /**
     * Expressions over arguments and {@code #result} for the result's tags, for example {@code 'category:' + #result.category}; by each of them it can be dropped
     * together with others ({@link CacheEvict#tags}, {@link Cache#invalidateTag}). An expression is one tag, or several if its value is a collection; null and
     * blank ones are none. At most 64 tags. Values have tags only from the method that loads them.
     */
    String[] tags() default {};
}
