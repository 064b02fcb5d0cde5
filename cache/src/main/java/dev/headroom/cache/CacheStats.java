package dev.headroom.cache;

/**
 * Counts since the cache was made.
 *
 * @param hits calls answered by a fresh value, a null included
 * @param staleHits calls answered by a stale value
 * @param misses calls that had to load or to wait for a load
 * @param coalesced misses that waited for another caller's load instead of loading
 * @param loads loads begun, background ones included
 * @param loadFailures loads that failed
 * @param discarded loaded values not stored because an invalidation came during the load
 * @param evictions values dropped because there were too many
 * @param size values held now, about
 */
public record CacheStats(
        long hits,
        long staleHits,
        long misses,
        long coalesced,
        long loads,
        long loadFailures,
        long discarded,
        long evictions,
        long size) {
    /** The share of calls answered from the cache, 0 to 1; {@code NaN} before the first call. */
    public double hitRate() {
        long calls = hits + staleHits + misses;
        return calls == 0 ? Double.NaN : (double) (hits + staleHits) / calls;
    }
}
