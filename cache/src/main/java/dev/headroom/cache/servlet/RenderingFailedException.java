package dev.headroom.cache.servlet;

import dev.headroom.HeadroomException;
import org.jspecify.annotations.Nullable;

/** Tells the cache that a page could not be rendered, so that a stale one may be served; never leaves this package. */
final class RenderingFailedException extends HeadroomException {
    private static final long serialVersionUID = 1L;

    RenderingFailedException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
