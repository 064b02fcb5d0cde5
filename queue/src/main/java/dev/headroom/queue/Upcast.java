package dev.headroom.queue;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Turns payloads of an older version into those of the next; on a method of the object that has the {@link Job}.
 *
 * <p>The method is public and not static; it takes the older payload, which may be a record of its own or a {@code Map}, and returns what
 * version {@code from + 1} takes. Older payloads go from version to version up to {@link Job#version()}. A version without such a method is
 * read as the next one: properties that are not there are null or zero, those that are not known are passed over. A job of a version that
 * is newer than this process's is put aside for those that know it.
 *
 * <pre>{@code
 * @Upcast(job = "image.thumb", from = 1)
 * public ThumbRequest withHeight(OldThumbRequest old) {
 *     return new ThumbRequest(old.product(), old.width(), old.width());
 * }
 * }</pre>
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface Upcast {
    /** The job's name. */
    String job();

    /** The version of the payloads that it takes, from 1. */
    int from();
}
