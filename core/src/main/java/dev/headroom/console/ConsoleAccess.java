package dev.headroom.console;

import jakarta.servlet.http.HttpServletRequest;

/**
 * Decides, for each request, who may see the console and who may act in it.
 *
 * <p>Asked within the request's {@link dev.headroom.RequestContext}, after all filters, so the session is known. Thread-safe; an
 * exception counts as {@link Level#NONE}.
 */
@FunctionalInterface
public interface ConsoleAccess {
    /** What the sender of the request may do. */
    Level decide(HttpServletRequest request);

    /** Nobody may see it: it answers 404. */
    static ConsoleAccess closed() {
        return request -> Level.NONE;
    }

    /** Everybody may see it, nobody may act. */
    static ConsoleAccess readOnly() {
        return request -> Level.READ;
    }

    /** What somebody may do. */
    enum Level {
        /** Not even see that it is there. */
        NONE,
        /** See everything. */
        READ,
        /** See everything and use the actions. */
        ADMIN
    }
}
