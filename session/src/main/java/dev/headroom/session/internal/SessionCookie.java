package dev.headroom.session.internal;

import dev.headroom.session.CookieOptions;
import dev.headroom.session.Secure;
import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletRequest;
import java.util.ArrayList;
import java.util.List;

/** The session cookie, written by hand: containers differ in the attributes that they pass on. */
record SessionCookie(CookieOptions options) {
    private static final int MOST_CANDIDATES = 3;

    /** The well-formed identifiers that the request brings; several when cookies of different paths have one name. */
    List<String> ids(HttpServletRequest request) {
        List<String> ids = new ArrayList<>();
        Cookie[] cookies = request.getCookies();
        if (cookies != null) {
            for (Cookie cookie : cookies) {
                boolean ours = cookie.getName().equals(options.name()) && Ids.wellFormed(cookie.getValue());
                if (ours && ids.size() < MOST_CANDIDATES) {
                    ids.add(cookie.getValue());
                }
            }
        }
        return ids;
    }

    String set(String id, boolean secureRequest) {
        return header(id, secureRequest).toString();
    }

    String expire(boolean secureRequest) {
        return header("", secureRequest)
                .append("; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT")
                .toString();
    }

    private StringBuilder header(String value, boolean secureRequest) {
        StringBuilder header = new StringBuilder(160);
        header.append(options.name()).append('=').append(value);
        header.append("; Path=").append(options.path());
        if (options.domain() != null) {
            header.append("; Domain=").append(options.domain());
        }
        if (options.secure() == Secure.ALWAYS || options.secure() == Secure.AUTO && secureRequest) {
            header.append("; Secure");
        }
        return header.append("; HttpOnly; SameSite=").append(options.sameSite().attribute());
    }
}
