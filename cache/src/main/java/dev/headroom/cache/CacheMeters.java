package dev.headroom.cache;

/**
 * The names of this module's meters; all have the tag {@code cache} but {@link #LOADS_RUNNING}, {@link #SHARED_PENDING} and those of
 * the page cache. Those that begin with {@code cache.} are
 * Micrometer's vocabulary.
 */
public final class CacheMeters {
    /** Counter of calls; tag {@code result}: hit (stale ones included), miss. */
    public static final String GETS = "cache.gets";

    /** Counter of values stored. */
    public static final String PUTS = "cache.puts";

    /** Counter of values dropped because there were too many. */
    public static final String EVICTIONS = "cache.evictions";

    /** Counter of values that this JVM held and dropped because somebody, here or elsewhere, invalidated them. */
    public static final String REMOVALS = "cache.removals";

    /** Gauge: values held, about. */
    public static final String SIZE = "cache.size";

    /** Timer of loads; tag {@code result}: stored, failed, discarded (overtaken by an invalidation), unstored (not to be kept). */
    public static final String LOADS = "headroom.cache.loads";

    /** Counter of calls answered by a stale value; tag {@code reason}: revalidating, error, pressure. */
    public static final String STALE = "headroom.cache.stale";

    /** Counter of misses that waited for another caller's load. */
    public static final String COALESCED = "headroom.cache.coalesced";

    /** Counter of background refreshes not begun because too much is loading already. */
    public static final String REFRESHES_REJECTED = "headroom.cache.refreshes.rejected";

    /** Counter of invalidations, of keys and of the whole cache. */
    public static final String INVALIDATIONS = "headroom.cache.invalidations";

    /** Gauge: loads running now, of all caches. */
    public static final String LOADS_RUNNING = "headroom.cache.loads.running";

    /**
     * Counter of what the shared tier was good for; tag {@code result}: hit, leased (this JVM loads), waited (another does), stored, overtaken
     * (not stored: something happened to the key), too_large, not_encoded, not_keyed (the key has no text), down.
     */
    public static final String SHARED = "headroom.cache.shared";

    /** Gauge: invalidations that wait for a node of the shared tier to come back. */
    public static final String SHARED_PENDING = "headroom.cache.shared.pending";

    /** Gauge: invalidations that a node of the shared tier refused since the start; they are lost there. */
    public static final String SHARED_REFUSED = "headroom.cache.shared.refused";

    /** Counter of requests that the page cache looked at; tag {@code result}: hit, stale, frozen, miss, pass, failed, refused. */
    public static final String PAGES = "headroom.cache.pages";

    /** Counter of requests that waited for another's rendering of the page. */
    public static final String PAGES_COALESCED = "headroom.cache.pages.coalesced";

    private CacheMeters() {}
}
