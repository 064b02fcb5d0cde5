package dev.headroom.cache.servlet;

/** What a request got; the tag {@code result}, in lower case, and the header {@code X-Cache}. */
enum PageResult {
    /** A fresh page from the cache. */
    HIT,
    /** A stale page from the cache. */
    STALE,
    /** A snapshot, for the source of this visitor is frozen. */
    FROZEN,
    /** A page rendered for it, and kept. */
    MISS,
    /** What the application answered, not kept. */
    PASS,
    /** The application's failure. */
    FAILED,
    /** 503, for another's rendering failed or took too long. */
    REFUSED
}
