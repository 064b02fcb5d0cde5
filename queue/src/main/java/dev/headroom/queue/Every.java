package dev.headroom.queue;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Enqueues a {@link Job} again and again, once per tick in the whole cluster.
 *
 * <p>Stands beside {@code @Job} on a method without payload. Exactly one of the two intervals is given. The next tick is kept in the
 * database and measured by its clock alone; a node that registers the handler for the first time makes it due one interval from then.
 * Ticks missed while nobody was there are made up for by one.
 *
 * <pre>{@code
 * @Job(name = "blobs.sweep") @Every(fixedDelay = "10m")
 * public void sweep() { … }
 * }</pre>
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface Every {
    /** From the end of one job, done or dead, to the next: two never run at once. {@code 250ms}, {@code 10m}, {@code PT5S} … */
    String fixedDelay() default "";

    /** From one tick to the next, whether the job before it is done or not. */
    String fixedRate() default "";
}
