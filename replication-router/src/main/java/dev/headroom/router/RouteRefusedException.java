package dev.headroom.router;

import java.sql.SQLTransientConnectionException;
import org.jspecify.annotations.Nullable;

/**
 * Thrown by a statement-making call when no node may answer; a retry later may succeed. Carries the decision and, in its message,
 * what was known of every node.
 */
public final class RouteRefusedException extends SQLTransientConnectionException {
    private static final long serialVersionUID = 1L;

    private final transient RouteDecision decision;

    /** Creates the exception for a decision. */
    public RouteRefusedException(String message, RouteDecision decision, @Nullable Throwable cause) {
        super(message, "08001", cause);
        this.decision = decision;
    }

    /** The decision. */
    public RouteDecision decision() {
        return decision;
    }
}
