package dev.headroom.debug;

import dev.headroom.RequestContext;
import jakarta.servlet.http.HttpServletRequest;

/**
 * Decides who may see debug lines. Asked only for a request that asks for them, before the session is loaded: user and tier are in the
 * given context when an identity cookie is used. Thread-safe; an exception counts as no.
 */
@FunctionalInterface
public interface DebugAccess {
    /** Whether the sender of the request may see what happens inside. */
    boolean allows(HttpServletRequest request, RequestContext context);

    /** Nobody may. */
    static DebugAccess nobody() {
        return (request, context) -> false;
    }
}
