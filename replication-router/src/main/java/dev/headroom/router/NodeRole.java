package dev.headroom.router;

/** What a node said it is when it was last asked. */
public enum NodeRole {
    /** Takes writes. */
    PRIMARY,
    /** Follows a primary; answers reads only. */
    REPLICA,
    /** Never answered yet. */
    UNKNOWN
}
