package dev.headroom.router.servlet;

import dev.headroom.consistency.ConsistencyToken;
import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Duration;

/**
 * What the cookie of a request's client looks like.
 *
 * @param name its name
 * @param seconds how long it lives
 * @param path where it is sent to
 * @param secure whether only over HTTPS
 */
record PositionCookie(String name, int seconds, String path, boolean secure) {
    static PositionCookie of(HttpServletRequest request, String name, Duration life) {
        String path = request.getContextPath().isEmpty() ? "/" : request.getContextPath();
        return new PositionCookie(name, seconds(life), path, request.isSecure());
    }

    /** The one of what was merely seen, which must not take the place of what was written. */
    PositionCookie ofSeen() {
        return new PositionCookie(ofSeen(name), seconds, path, secure);
    }

    static String ofSeen(String name) {
        return name + "-seen";
    }

    /** A cookie that is gone too early shows too little. */
    static int seconds(Duration life) {
        long seconds = life.toSeconds();
        return (int) Math.min(Integer.MAX_VALUE, life.getNano() == 0 ? seconds : seconds + 1);
    }

    Cookie with(ConsistencyToken token) {
        Cookie position = new Cookie(name, token.value());
        position.setMaxAge(seconds);
        position.setPath(path);
        position.setHttpOnly(true);
        position.setSecure(secure);
        position.setAttribute("SameSite", "Lax");
        return position;
    }
}
