package dev.headroom.router;

/** Whether a node may be used now. */
public enum NodeState {
    /** Answers probes, and if it is a replica, is within the soft limit of staleness. */
    UP,
    /** A replica that answers but is behind by more than the soft limit, or by an unknown time. */
    LATE,
    /** Does not answer, or a user's statement has just lost its connection and no probe has answered since. */
    DOWN,
    /** Taken out by {@link RouterControl#drain}. */
    DRAINED,
    /** Answers, but follows or is another history than the primary's: a primary that was replaced, or a replica of it. */
    FENCED
}
