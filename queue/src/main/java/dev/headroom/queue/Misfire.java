package dev.headroom.queue;

/** What becomes of the ticks of a cron expression that nobody was there for. */
public enum Misfire {
    /** They are left out: a tick that is more than a minute late enqueues nothing. */
    SKIP,
    /** One job makes up for all of them. */
    ONCE,
    /** Each is made up for by a job of its own; of more than a hundred, the first hundred. */
    ALL
}
