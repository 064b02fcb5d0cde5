package dev.headroom.cache.internal;

import dev.headroom.consistency.ConsistencyToken;
import org.jspecify.annotations.Nullable;

/**
 * What one JVM tells the others that it has dropped.
 *
 * @param kind k for a key, d for a key by the digest of its text, t for a tag, a for all, n for nothing, l if what others were to be told is lost
 * @param token where to read what has changed
 * @param what the key's text, or its digest, or the tag
 */
record Dropped(String cache, String kind, ConsistencyToken token, String what) {
    static final Dropped NOTHING = new Dropped("-", "n", ConsistencyToken.NONE, "-");
    static final Dropped LOST = new Dropped("-", "l", ConsistencyToken.NONE, "-");
    private static final String NO_TOKEN = "-";
    private static final int PARTS = 6;

    /**
     * As it is told.
     *
     * @param origin the JVM's own name
     */
    String text(String namespace, String origin) {
        return String.join(" ", namespace, origin, cache, kind, token.isNone() ? NO_TOKEN : token.value(), what);
    }

    /**
     * Of such a text; null if it is another application's, or this JVM's own.
     *
     * @throws IllegalArgumentException if it is this application's and can't be read
     */
    static @Nullable Dropped of(String text, String namespace, String origin) {
        String[] parts = text.split(" ", PARTS);
        if (!parts[0].equals(namespace) || (parts.length > 1 && parts[1].equals(origin))) {
            return null;
        }
        if (parts.length != PARTS) {
            throw new IllegalArgumentException("parts: " + parts.length + " (expected: " + PARTS + ")");
        }
        ConsistencyToken token = parts[4].equals(NO_TOKEN) ? ConsistencyToken.NONE : new ConsistencyToken(parts[4]);
        return new Dropped(parts[2], parts[3], token, parts[5]);
    }
}
