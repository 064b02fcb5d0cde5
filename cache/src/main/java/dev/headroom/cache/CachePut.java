package dev.headroom.cache;

import dev.headroom.annotation.InterceptedBy;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Stores the result of every call of the method; the method is always called.
 *
 * <p>Stored when the current transaction has committed, at once when there is none; when nobody knows whether it has, as when the connection is lost meanwhile, what
 * the cache has of the key is dropped instead. A call that throws stores nothing. Two calls for one key may commit in one
 * order and store in the other, and then the older result stays for as long as it is fresh: where two may write the same, use {@link CacheEvict}.
 *
 * <pre>{@code
 * @CachePut(cache = "products", key = "#result.id")
 * Product save(Product product);
 * }</pre>
 */
@Documented
@InterceptedBy("Caches")
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface CachePut {
    /** The cache's name. */
    String cache();

    /** A key expression over arguments and {@code #result}. */
    String key();

    /** How long a result is fresh. */
    String fresh() default "";

    /** An expression over arguments and {@code #result}; when true, the result is not stored. */
    String unless() default "";

    /** Expressions over arguments and {@code #result} for the result's tags, as with {@link Cached#tags}. */
    String[] tags() default {};
}
