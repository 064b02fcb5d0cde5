package dev.headroom.flags;

import dev.headroom.annotation.InterceptedBy;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Runs the method only while a flag is on; behaviour by {@link Flags}.
 *
 * <pre>{@code
 * @Gated(value = "related-products", whenOff = WhenOff.EMPTY)
 * List<Product> related(long id);
 * }</pre>
 */
@Documented
@Inherited
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.METHOD, ElementType.TYPE})
@InterceptedBy("Flags")
public @interface Gated {
    /** The flag's name. */
    String value();

    /** What a call gives while the flag is off. */
    WhenOff whenOff() default WhenOff.FAIL;

    /** What a call gives while the flag is off. */
    enum WhenOff {
        /** A {@link FlagOffException}. */
        FAIL,
        /** Nothing: {@code void}, an empty {@code Optional}, collection, map or stream, {@code false}, 0. Refused for other types. */
        EMPTY
    }
}
