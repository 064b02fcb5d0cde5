package dev.headroom.servlet;

import jakarta.servlet.http.HttpServletRequest;
import java.util.Optional;

/**
 * Says who sends a request, before the session is known; {@link IdentityCookie} is the usual one.
 *
 * <p>Asked once for every request, so it does no I/O. Thread-safe.
 */
@FunctionalInterface
public interface IdentitySource {
    /** Who sends it, empty for nobody known. */
    Optional<Identity> identify(HttpServletRequest request);

    /** A source that knows nobody. */
    static IdentitySource nobody() {
        return request -> Optional.empty();
    }
}
