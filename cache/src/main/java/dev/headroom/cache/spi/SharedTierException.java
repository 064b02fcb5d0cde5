package dev.headroom.cache.spi;

import dev.headroom.HeadroomException;
import org.jspecify.annotations.Nullable;

/** Thrown by a {@link SharedNode} that can't do what it is asked; the cache then does without it. */
public final class SharedTierException extends HeadroomException {
    private static final long serialVersionUID = 1L;

    private final Reason reason;

    /** Why a node did not do what it was asked. */
    public enum Reason {
        /** It gave no answer: it may be down, and whether a write took effect is not known. */
        NO_ANSWER,
        /** It answered that it would not, for instance because a value is too large: nothing has changed there. */
        REFUSED,
        /** It was not asked, for too much is under way, or others were faster each time: nothing has changed there. */
        NOT_ASKED
    }

    /** Creates the exception, for a node that gave no answer. */
    public SharedTierException(String message, @Nullable Throwable cause) {
        this(Reason.NO_ANSWER, message, cause);
    }

    /** Creates the exception. */
    public SharedTierException(Reason reason, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.reason = reason;
    }

    private SharedTierException(String message) {
        super(message, null, false);
        this.reason = Reason.NO_ANSWER;
    }

    /** For a node that is known not to answer and is not asked; thrown by the thousand, so without a stack trace. */
    public static SharedTierException unavailable(String message) {
        return new SharedTierException(message);
    }

    /** Why. */
    public Reason reason() {
        return reason;
    }
}
