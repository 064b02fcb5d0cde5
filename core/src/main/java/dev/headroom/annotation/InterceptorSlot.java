package dev.headroom.annotation;

/** Where an interceptor stands around a method; outermost first. Within one slot, the order of plugging decides. */
public enum InterceptorSlot {
    /** Measures all that is inside: {@code @Timed}. */
    MEASURE,
    /** Sets by when it must be done: {@code @Deadline}. */
    DEADLINE,
    /** Refuses under load: {@code @Throttled}. */
    THROTTLE,
    /** Switches the method off or to its alternative: {@code @Gated}. */
    GATE,
    /** Answers from a cache, or evicts: {@code @Cached} and its siblings. */
    CACHE,
    /** Chooses the database node: {@code @ReadOnly}, {@code @UsePrimary}, {@code @Cluster}. */
    ROUTE,
    /** Just around the method. */
    METHOD
}
