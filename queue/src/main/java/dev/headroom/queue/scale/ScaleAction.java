package dev.headroom.queue.scale;

/** What can be done about the number of servers. */
public enum ScaleAction {
    /** Launch servers. */
    LAUNCH,
    /** Drain one server and stop it. */
    TERMINATE,
    /** Leave them as they are. */
    HOLD
}
