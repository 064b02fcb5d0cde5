package dev.headroom.debug;

import org.jspecify.annotations.Nullable;

/**
 * Lines about one request, kept only while an authorised user looks; a no-op that costs about nothing otherwise.
 *
 * <p>A component writes what it did: which SQL on which node, which cache call with which result, how long it took, what failed.
 * SQL without its parameters, keys but no values. Thread-safe.
 *
 * <pre>{@code
 * DebugLog debug = RequestContext.current().debug();
 * if (debug.enabled()) {
 *     debug.add("db", "[r1] " + sql, System.nanoTime() - start, null);
 * }
 * }</pre>
 */
public interface DebugLog {
    /** Whether lines are kept; ask before building a text. */
    boolean enabled();

    /**
     * Adds a line.
     *
     * @param area the component: {@code db}, {@code cache}, {@code queue}, {@code session}, {@code blob}, {@code flag}, {@code load}
     * @param text what was done
     * @param nanos how long it took, negative if that has no meaning
     * @param failure what went wrong, or null
     */
    void add(String area, String text, long nanos, @Nullable Throwable failure);

    /** A log that keeps nothing. */
    static DebugLog none() {
        return NoDebugLog.INSTANCE;
    }
}
