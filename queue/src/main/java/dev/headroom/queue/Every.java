package dev.headroom.queue;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Enqueues a {@link Job} again and again, once per tick in the whole cluster.
 *
 * <p>Stands beside {@code @Job} on a method without payload. Exactly one of {@link #fixedDelay}, {@link #fixedRate} and {@link #cron} is
 * given. The next tick is kept in the database and measured by its clock alone; a process that registers the handler for the first time makes
 * an interval due one interval from then. Ticks of an interval that were missed while nobody was there are made up for by one. A schedule
 * whose handler no process has had for a day, and for its {@link #silence} before that, is deleted. One whose text changes keeps when a job of
 * it last ended well, and waits for the job of a {@link #fixedDelay} that is under way.
 *
 * <pre>{@code
 * @Job(name = "blobs.sweep") @Every(fixedDelay = "10m")
 * public void sweep() { … }
 *
 * @Job(name = "report.nightly") @Every(cron = "30 2 * * *", zone = "Europe/Berlin", silence = "26h")
 * public void report() { … }
 * }</pre>
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface Every {
    /** From the end of one job, done or dead, to the next: two never run at once. {@code 250ms}, {@code 10m}, {@code PT5S} … */
    String fixedDelay() default "";

    /** From one tick to the next, whether the job before it is done or not. */
    String fixedRate() default "";

    /**
     * A Unix cron expression: minute, hour, day of the month, month, day of the week. Needs {@code com.cronutils:cron-utils} on the class
     * path. Where the hour is {@code *} or a step, ticks follow real time; otherwise a time that a change of clocks leaves out is due when
     * the change is over, and one that comes twice is due the first time alone.
     */
    String cron() default "";

    /** The time zone of {@link #cron}. */
    String zone() default "UTC";

    /** What becomes of ticks of {@link #cron} that nobody was there for. */
    Misfire misfire() default Misfire.ONCE;

    /**
     * The dead man's timer: when no job of this kind has ended well for so long, more than zero, the health check {@code <name>-schedules}
     * of the queue fails and names it. A process that has the handler and is built, but not started, checks it too; a kind whose schedule
     * no started process has ever kept counts as silent since that process has been up. The meter {@code headroom.queue.silence} says for how
     * long. Default: none.
     */
    String silence() default "";
}
