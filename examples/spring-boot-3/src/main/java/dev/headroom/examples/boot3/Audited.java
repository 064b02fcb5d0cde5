package dev.headroom.examples.boot3;

import dev.headroom.annotation.InterceptedBy;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Notes each call of a method in the {@link Audit}. */
@InterceptedBy("Audit")
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface Audited {
    /** What is noted; a key expression over the arguments. */
    String value();
}
