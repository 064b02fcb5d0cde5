package dev.headroom.consistency;

import java.util.Objects;

/**
 * An opaque position that a read must have reached; minted by the replication router when a transaction that wrote commits.
 *
 * <p>Nobody but the router looks inside. Everybody else carries it: in the request context, in a cookie or session, with a job, beside
 * a cache invalidation. To combine two tokens ask {@link Consistency#combine}.
 *
 * @param value the router's text, at most 512 printable ASCII characters without spaces, commas or semicolons; empty for none
 */
public record ConsistencyToken(String value) {
    /** No position: any node may answer. */
    public static final ConsistencyToken NONE = new ConsistencyToken("");

    /**
     * Checks that the value may travel in a cookie.
     *
     * @throws IllegalArgumentException if it is longer than 512 characters or has one that may not be in a cookie
     */
    public ConsistencyToken {
        Objects.requireNonNull(value, "value");
        boolean fits = value.length() <= 512
                && value.chars().allMatch(c -> c > ' ' && c < 127 && c != ',' && c != ';' && c != '"' && c != '\\');
        if (!fits) {
            throw new IllegalArgumentException("value: " + value.length()
                    + " characters (expected: at most 512 printable ASCII characters that may be in a cookie)");
        }
    }

    /** Whether this asks for nothing. */
    public boolean isNone() {
        return value.isEmpty();
    }
}
