package dev.headroom.cache.servlet;

import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * What is kept under a page's key.
 *
 * @param kind what it is
 * @param status the response's status
 * @param headers its headers, those apart that belong to one connection or one visitor
 * @param body its body
 * @param vary the request headers that the page depends on, in lower case and in order
 * @param generation makes the keys of the variants that belong to one {@link Kind#VARIANTS}; new when the page is invalidated
 * @param fresh how long it is fresh
 * @param servable how long it may be served without being rendered before, stale while it is rendered included
 * @param beside the names of those headers that come beside what outer filters set, not in its place
 */
record StoredPage(
        Kind kind,
        int status,
        Map<String, List<String>> headers,
        byte[] body,
        List<String> vary,
        String generation,
        Duration fresh,
        Duration servable,
        List<String> beside) {
    private static final StoredPage PASS =
            new StoredPage(Kind.PASS, 0, Map.of(), new byte[0], List.of(), "", Duration.ZERO, Duration.ZERO, List.of());

    /** What may be kept. */
    enum Kind {
        /** A page. */
        PAGE,
        /** It is known that the page can't be kept: nobody waits for another's rendering of it. */
        PASS,
        /** Several pages: one for each combination of values of the headers in {@code vary}. */
        VARIANTS
    }

    static StoredPage pass() {
        return PASS;
    }

    static StoredPage variants(List<String> vary, String generation) {
        return new StoredPage(
                Kind.VARIANTS, 0, Map.of(), new byte[0], vary, generation, Duration.ZERO, Duration.ZERO, List.of());
    }

    /** The first value of a header, whatever the case of its name; empty if there is none. */
    String header(String name) {
        for (Map.Entry<String, List<String>> header : headers.entrySet()) {
            if (header.getKey().equalsIgnoreCase(name) && !header.getValue().isEmpty()) {
                return header.getValue().get(0);
            }
        }
        return "";
    }

    @Override
    public String toString() {
        return "StoredPage[" + kind + ", " + status + ", " + body.length + " bytes]";
    }
}
