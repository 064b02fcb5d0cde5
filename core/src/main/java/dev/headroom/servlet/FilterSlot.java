package dev.headroom.servlet;

/** Where a filter stands in the one right order; outermost first. */
public enum FilterSlot {
    /** Request context, trace id, debug log. */
    CONTEXT,
    /** Measures the whole request, refused ones included. */
    REQUEST_METRICS,
    /** Refuses what can't be served, before it costs anything. */
    THROTTLE,
    /** The shared session. */
    SESSION,
    /** Brings the position that reads must have reached, and sends it back with the response. */
    READ_YOUR_WRITES,
    /** One consistent view of all flags for the request. */
    FLAGS,
    /** Whole responses from the cache. */
    PAGE_CACHE,
    /** Just before the application. */
    APPLICATION
}
