package dev.headroom.queue;

import java.time.Instant;

/**
 * A dead letter.
 *
 * @param id the job's number
 * @param name its kind's name
 * @param queue its queue
 * @param attempts how often it was tried
 * @param diedAt when, by the database's clock
 * @param reason why it was given up
 * @param error the last failure's type, message and first frames; empty if a crash ended it
 */
public record DeadJob(long id, String name, String queue, int attempts, Instant diedAt, Reason reason, String error) {
    /** Why a job was given up. */
    public enum Reason {
        /** It failed as often as its kind allows. */
        EXHAUSTED,
        /** It failed in a way its kind does not try again, or that can't be another one the next time. */
        GAVE_UP,
        /** The process that ran it died, too often: it may be what kills it. */
        CRASHED,
        /** Its payload can't be read as what its handler takes. */
        UNREADABLE,
        /** Its handler ended well, but what it returned can't be kept; not tried again, since that would repeat its effects. */
        UNWRITABLE
    }
}
