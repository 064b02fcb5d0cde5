package dev.headroom.queue;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Beside {@link Job}: how many jobs of the kind run at once, and how many begin in a time, in the whole cluster; for each key, or altogether.
 *
 * <p>A job beyond the limit is put aside when it is claimed ({@link JobState#BLOCKED}) and costs nothing until there is room for it: the
 * end of another one of its key, or its turn by the database's clock, makes it ready. Jobs of one key keep their order by priority and
 * enqueuing. A run that is tried again counts anew. After a crash a slot is free again once the crash has been noticed.
 *
 * <p>{@code running} is never exceeded. The rate is kept on average and in every window but for a burst of a tenth of a second's worth (at
 * least one job); a job begins at its turn or later. Key and limit are per kind. A limit that is changed holds from the next claim of its
 * key on. A job that is put aside has given up a {@linkplain Unique#untilStart() unique key until its start}.
 *
 * <pre>{@code
 * @Job(name = "photo.import")
 * @Limit(by = "#request.account", running = 2, rate = "100/1m")
 * public void importPhoto(ImportRequest request) { … }
 * }</pre>
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface Limit {
    /**
     * The key, a {@link dev.headroom.annotation.KeyExpression} over the payload, evaluated when the job is enqueued; its text has at most 190
     * characters. {@code #request} is a parameter's name where the class is compiled with {@code -parameters}, {@code #p0} always is the payload. Empty: one limit for the whole kind.
     */
    String by() default "";

    /** How many of a key run at once; 0 for any number. */
    int running() default 0;

    /** How many of a key begin in a time, such as {@code 100/1m}; empty for any number. */
    String rate() default "";
}
