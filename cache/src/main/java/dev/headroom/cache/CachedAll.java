package dev.headroom.cache;

import dev.headroom.annotation.InterceptedBy;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Answers calls of a method that gets many values by their keys from a cache; the method is called once with the keys that are missing.
 *
 * <p>One parameter is a {@code Collection}, {@code Set}, {@code List} or {@code Iterable} of keys; the method returns a {@code Map} of values by key, in which those
 * are missing that there are not. Callers get a map in the order of their keys. A value is one and the same as that of {@link Cached} on another method with the
 * same cache and the same key. Where it comes alive, and how durations are written: as with {@link Cached}.
 *
 * <pre>{@code
 * @CachedAll(cache = "products", keys = "#ids", tags = "'category:' + #result.category")
 * Map<String, Product> findAll(Collection<String> ids);
 * }</pre>
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
@InterceptedBy("Caches")
public @interface CachedAll {
    /** The cache's name. */
    String cache();

    /**
     * The parameter with the keys, {@code #ids} by name or {@code #p0} by place; empty: the only one. If it has others beside it, they are passed on and are no
     * part of the keys: no value may depend on them.
     */
    String keys() default "";

    /** How long a result is fresh, such as {@code 30s}, {@code 5m} or {@code PT5M}; empty: as the cache's options say. */
    String fresh() default "";

    /** How long after that it is served while it is refreshed in the background, written the same way; empty: as the cache's options say. */
    String staleWhileRevalidate() default "";

    /** How long after that it is served when the method fails, written the same way; empty: as the cache's options say. */
    String staleIfError() default "";

    /** How long it is kept that a key has no value, written the same way; {@code 0s}: not at all; empty: as the cache's options say. */
    String negative() default "";

    /**
     * Expressions for the tags of each value, as in {@link Cached#tags}: {@code #result} is that one value, and the parameter with the keys stands for its key.
     * That a key has no value has no tags.
     */
    String[] tags() default {};
}
