package dev.headroom.queue;

import dev.headroom.load.Criticality;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Makes a method the handler of a kind of job and gives that kind its stable name.
 *
 * <p>The method is public, not static, returns nothing unless the kind is {@linkplain #track() tracked}, and takes a payload, a {@link
 * JobContext}, both in that order, or nothing. The payload is written as JSON by Jackson: a record, a list or map, text, a number; what
 * its type alone can't tell, such as which of a sealed interface's records a property is, Jackson's annotations say. Calling the method runs it in place; a job is made by
 * {@link JobQueue#enqueue enqueuing} it. The annotation may stand on an interface's method that the handler implements.
 *
 * <p>A run that returns is done, one that throws has failed, and is tried again after a {@link #backoff} until its {@link #attempts} are
 * used up; one that throws a {@link SnoozeException} has done neither, and runs again when that says.
 *
 * <pre>{@code
 * class Images {
 *     @Job(name = "image.thumb", queue = "images", tx = Tx.COMPLETE_IN_TX)
 *     public void thumb(ThumbRequest request, JobContext job) throws Exception { … }
 * }
 * }</pre>
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface Job {
    /** The kind's name: what the database knows it by, so that classes and methods may be renamed. */
    String name();

    /** The version of its payloads, from 1; raised when they change in a way that JSON alone does not bridge. See {@link Upcast}. */
    int version() default 1;

    /** The queue its jobs wait in. */
    String queue() default "default";

    /** From 0 (first) to 9 (last); orders jobs within a queue. An enqueue may say otherwise. */
    int priority() default 4;

    /** How often it is tried before it is a dead letter; 1 to 30000. */
    int attempts() default 25;

    /**
     * How long it waits before it is tried again, as {@code first..longest}: before retry <i>n</i> a random time between 0 and
     * min(longest, first × 2<sup>n−1</sup>), which is <a
     * href="https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/">full jitter</a>.
     */
    String backoff() default "1s..1h";

    /** Exceptions after which it is a dead letter at once; subclasses included. */
    Class<? extends Throwable>[] giveUpOn() default {};

    /** How long one run may take before its thread is interrupted, more than zero; empty for no limit, or 5 s with {@link Tx#LOCK_IN_TX}. */
    String timeout() default "";

    /** How its effects and its completion belong together. */
    Tx tx() default Tx.NONE;

    /**
     * Whether what its handler returns, how it ended and how far it is are kept, for {@link JobHandle#await}. Costs a row when it is enqueued
     * and a statement when it ends. Without it a handler's result is refused. A job whose result has no JSON, or more of it than {@link
     * JobQueueBuilder#maxPayload}, is a dead letter at once: with {@link Tx#COMPLETE_IN_TX} its effects are rolled back, else they stand.
     */
    boolean track() default false;

    /**
     * Whose work it is, such as {@code #request.tenant}: a {@link dev.headroom.annotation.KeyExpression} over the payload, evaluated when the
     * job is enqueued. Within a priority jobs are taken up in turns, one lane after the other, so that whoever has few waits for few,
     * however many others have. Lanes are 32766, by a hash. Empty: no lane of its own, one turn for all such jobs of the queue.
     */
    String fairBy() default "";

    /** How much it matters under load: what is slowed down and stopped first. */
    Criticality criticality() default Criticality.SHEDDABLE_PLUS;
}
