package dev.headroom.memcached;

/** What became of a compare-and-set. */
public enum CasOutcome {
    /** Stored. */
    STORED,
    /** Not stored: somebody changed the value since it was read. */
    EXISTS,
    /** Not stored: the value is gone. */
    NOT_FOUND
}
