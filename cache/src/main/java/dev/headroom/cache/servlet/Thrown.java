package dev.headroom.cache.servlet;

import jakarta.servlet.ServletException;
import java.io.IOException;

/** Throws again what the application threw, as it was. */
final class Thrown {
    private Thrown() {}

    static void again(Throwable thrown) throws IOException, ServletException {
        if (thrown instanceof IOException io) {
            throw io;
        }
        if (thrown instanceof ServletException servlet) {
            throw servlet;
        }
        if (thrown instanceof RuntimeException unchecked) {
            throw unchecked;
        }
        throw new ServletException(thrown);
    }
}
