package dev.headroom.queue;

import java.time.Instant;
import java.util.Optional;

/**
 * How a {@linkplain Job#track() tracked} job ended. Immutable.
 *
 * <pre>{@code
 * switch (result.end()) {
 *     case DONE -> show(result.value(Page.class).orElseThrow());
 *     case DEAD -> apologise(result.error());
 *     case CANCELLED -> back();
 * }
 * }</pre>
 */
public interface JobResult {
    /** The ends that a job comes to. */
    // Kept in the database by their ordinals: one that is added comes last.
    enum End {
        /** Its handler returned. */
        DONE,
        /** It is a dead letter; requeued, it has no result again until it ends. */
        DEAD,
        /** It was cancelled. */
        CANCELLED
    }

    /** How it ended. */
    End end();

    /**
     * What its handler returned, read from JSON; empty if that was nothing, or it is not done.
     *
     * @throws dev.headroom.codec.CodecException if it can't be read as this type
     */
    <T> Optional<T> value(Class<T> type);

    /** Why it is a dead letter; empty for any other. */
    String error();

    /** When it ended, by the database's clock. */
    Instant endedAt();
}
