package dev.headroom.cache;

import dev.headroom.annotation.InterceptedBy;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Repeatable;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Invalidates a key, all values of a tag, or a whole cache, after every call of the method that returns normally.
 *
 * <p>Done when the current transaction has committed, at once when there is none, and not at all on rollback. It carries the position
 * that the writing request must read at, so the next load here sees the write. May stand several times on one method.
 *
 * <pre>{@code
 * @CacheEvict(cache = "products", key = "#id")
 * @CacheEvict(cache = "front", all = true)
 * void rename(String id, String title);
 * }</pre>
 */
@Documented
@InterceptedBy("Caches")
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
@Repeatable(CacheEvict.Several.class)
public @interface CacheEvict {
    /** The cache's name. */
    String cache();

    /** A key expression over arguments and {@code #result}; empty: all arguments together, or none beside {@link #tags}. Not with {@link #all}. */
    String key() default "";

    /** Expressions over arguments and {@code #result} for tags, as with {@link Cached#tags}: all values that have one of them go. Not with {@link #all}. */
    String[] tags() default {};

    /** Whether the whole cache is cleared. */
    boolean all() default false;

    /** Several of them on one method. */
    @Documented
    @Retention(RetentionPolicy.RUNTIME)
    @Target(ElementType.METHOD)
    @interface Several {
        /** Each of them. */
        CacheEvict[] value();
    }
}
