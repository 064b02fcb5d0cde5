package dev.headroom.cache.servlet;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Sends a page to one visitor: whole, its headers alone, or the word that the visitor has it already (RFC 9110, section 13). */
final class PageSender {
    /** Says where a response comes from. */
    static final String X_CACHE = "X-Cache";

    private static final Set<String> OF_NOT_MODIFIED =
            Set.of("cache-control", "content-location", "etag", "expires", "last-modified", "vary");

    private PageSender() {}

    /** Sees to it that the visitor, once the page is sent and the stream is closed, waits for nothing, though the request goes on. */
    static void beforeTheRequestEnds(StoredPage page, HttpServletRequest request, HttpServletResponse response) {
        if (!request.getProtocol().startsWith("HTTP/1")) {
            return;
        }
        // The next request on this connection would wait for the end of this one.
        response.setHeader("Connection", "close");
        boolean body = request.getMethod().equals("GET") && page.status() == 200 && !known(page, request);
        if (body
                && request.getHeader("Accept-Encoding") != null
                && request.getProtocol().equals("HTTP/1.1")) {
            // Tomcat would mark the end of what it compresses by closing the connection, when the request ends; with
            // trailers, though none, it sends chunks.
            response.setTrailerFields(Map::of);
        }
    }

    static void send(
            StoredPage page, Duration age, String label, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        response.setHeader(X_CACHE, label);
        if (!age.isZero()) {
            response.setHeader("Age", Long.toString(age.toSeconds()));
        }
        if (page.status() == HttpServletResponse.SC_OK && known(page, request)) {
            response.setStatus(HttpServletResponse.SC_NOT_MODIFIED);
            page.headers().forEach((name, values) -> {
                if (OF_NOT_MODIFIED.contains(name.toLowerCase(Locale.ROOT))) {
                    PageHeaders.send(response, name, values, page.beside().contains(name));
                }
            });
            return;
        }
        response.setStatus(page.status());
        for (Map.Entry<String, List<String>> header : page.headers().entrySet()) {
            String name = header.getKey();
            if (name.equalsIgnoreCase("Content-Type")) {
                response.setContentType(header.getValue().get(0));
            } else {
                PageHeaders.send(
                        response, name, header.getValue(), page.beside().contains(name));
            }
        }
        response.setContentLengthLong(page.body().length);
        if (!request.getMethod().equals("HEAD") && page.body().length > 0) {
            response.getOutputStream().write(page.body());
        }
    }

    private static boolean known(StoredPage page, HttpServletRequest request) {
        String tags = request.getHeader("If-None-Match");
        if (tags != null) {
            String own = weak(page.header("ETag"));
            if (tags.strip().equals("*")) {
                return true;
            }
            for (String tag : tags.split(",")) {
                if (!own.isEmpty() && weak(tag.strip()).equals(own)) {
                    return true;
                }
            }
            return false;
        }
        String since = request.getHeader("If-Modified-Since");
        return since != null && !since.isEmpty() && since.equals(page.header("Last-Modified"));
    }

    private static String weak(String tag) {
        return tag.startsWith("W/") ? tag.substring(2) : tag;
    }
}
