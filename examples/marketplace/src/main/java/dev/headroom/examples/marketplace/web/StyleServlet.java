package dev.headroom.examples.marketplace.web;

import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/** Serves the one style sheet. */
final class StyleServlet extends HttpServlet {
    private static final long serialVersionUID = 1L;

    private final byte[] sheet = read();

    private static byte[] read() {
        try (InputStream file = StyleServlet.class.getResourceAsStream("style.css")) {
            if (file == null) {
                throw new IllegalStateException("style.css is not on the class path");
            }
            return file.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        response.setContentType("text/css; charset=utf-8");
        response.setContentLength(sheet.length);
        response.setHeader("Cache-Control", "public, max-age=3600");
        response.getOutputStream().write(sheet);
    }
}
