package dev.headroom.console;

import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Lets an action pass only from the console's own page: a random token in a {@code SameSite=Strict} cookie and, the same, in a header
 * that no other site can set; and the browser's word that the request comes from this origin. Keeps nothing, so it works over many servers.
 */
final class Csrf {
    static final String COOKIE = "headroom-console";
    static final String HEADER = "X-Headroom-Csrf";
    private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9_-]{32}");

    private final SecureRandom random = new SecureRandom();

    /** The browser's token; sets one if it has none. */
    String token(HttpServletRequest request, HttpServletResponse response) {
        Optional<String> known = cookie(request);
        if (known.isPresent()) {
            return known.get();
        }
        byte[] bytes = new byte[24];
        random.nextBytes(bytes);
        String token = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
        String path = request.getContextPath() + request.getServletPath();
        response.addHeader(
                "Set-Cookie",
                COOKIE + "=" + token + "; Path=" + path + "; HttpOnly; SameSite=Strict"
                        + (request.isSecure() ? "; Secure" : ""));
        return token;
    }

    /** Whether the request comes from the console's own page. */
    boolean passes(HttpServletRequest request) {
        String sent = request.getHeader(HEADER);
        Optional<String> own = cookie(request);
        boolean same = sent != null
                && own.isPresent()
                && MessageDigest.isEqual(
                        sent.getBytes(StandardCharsets.UTF_8), own.get().getBytes(StandardCharsets.UTF_8));
        return same && ownOrigin(request);
    }

    private static boolean ownOrigin(HttpServletRequest request) {
        String site = request.getHeader("Sec-Fetch-Site");
        if (site != null) {
            return site.equals("same-origin");
        }
        String origin = request.getHeader("Origin");
        String host = request.getHeader("Host");
        if (origin == null || host == null) {
            return false;
        }
        try {
            // Behind a proxy the scheme is not known for sure, so host and port decide.
            return host.equalsIgnoreCase(URI.create(origin).getRawAuthority());
        } catch (IllegalArgumentException malformed) {
            return false;
        }
    }

    private static Optional<String> cookie(HttpServletRequest request) {
        Cookie[] cookies = request.getCookies();
        if (cookies != null) {
            for (Cookie cookie : cookies) {
                if (cookie.getName().equals(COOKIE)
                        && TOKEN.matcher(cookie.getValue()).matches()) {
                    return Optional.of(cookie.getValue());
                }
            }
        }
        return Optional.empty();
    }
}
