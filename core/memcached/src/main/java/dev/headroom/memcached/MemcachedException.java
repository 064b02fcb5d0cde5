package dev.headroom.memcached;

import dev.headroom.HeadroomException;
import org.jspecify.annotations.Nullable;

/**
 * Why an operation has no answer; never carries a value. Without a stack trace if the node was not asked because its breaker is open.
 *
 * <p>After {@link Kind#TIMEOUT} and {@link Kind#UNAVAILABLE} it is unknown whether a write took effect, and after a timeout it may still do so later;
 * every other kind means that it did not.
 */
public final class MemcachedException extends HeadroomException {
    private static final long serialVersionUID = 1L;

    private final Kind kind;

    /** Creates the exception. */
    public MemcachedException(Kind kind, String message, @Nullable Throwable cause) {
        super(message, cause, kind != Kind.BREAKER_OPEN);
        this.kind = kind;
    }

    /** What kind of failure this is. */
    public Kind kind() {
        return kind;
    }

    /** The kinds of failure. */
    public enum Kind {
        /** No answer within the operation's time; a write may still take effect. */
        TIMEOUT,
        /** The node is not connected, or lost its connection meanwhile, or its host name is unknown. */
        UNAVAILABLE,
        /** The node's breaker is open: not even tried. */
        BREAKER_OPEN,
        /** Too many operations wait for the node. */
        OVERLOADED,
        /** The node refused the operation, for instance because the value is too large. */
        REFUSED
    }
}
