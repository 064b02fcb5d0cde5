package dev.headroom.router.servlet;

import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpSession;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Sessions that several servers share: loaded when a request comes, stored attribute by attribute when it ends. Each server has a filter of its own. */
final class SharedSessions {
    static final String COOKIE = "shared-session";

    /** Is told of each session whose attributes change, before they do. */
    volatile Consumer<String> onChange = id -> {};

    private final Map<String, Map<String, Object>> store = new ConcurrentHashMap<>();

    Filter filter() {
        return this::filter;
    }

    /** Begins a session. */
    void begin(String id, HttpServletResponse response) {
        store.put(id, Map.of());
        Cookie cookie = new Cookie(COOKIE, id);
        cookie.setPath("/");
        response.addCookie(cookie);
    }

    private void filter(ServletRequest request, ServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        String id = id((HttpServletRequest) request);
        if (id == null) {
            chain.doFilter(request, response);
            return;
        }
        Map<String, Object> changed = new HashMap<>();
        HttpSession session = session(id, new HashMap<>(store.get(id)), changed);
        try {
            chain.doFilter(
                    new HttpServletRequestWrapper((HttpServletRequest) request) {
                        @Override
                        public HttpSession getSession(boolean create) {
                            return session;
                        }
                    },
                    response);
        } finally {
            store.computeIfPresent(id, (same, attributes) -> {
                Map<String, Object> all = new HashMap<>(attributes);
                all.putAll(changed);
                return Map.copyOf(all);
            });
        }
    }

    private static @Nullable String id(HttpServletRequest request) {
        Cookie[] cookies = request.getCookies();
        if (cookies != null) {
            for (Cookie cookie : cookies) {
                if (cookie.getName().equals(COOKIE)) {
                    return cookie.getValue();
                }
            }
        }
        return null;
    }

    private HttpSession session(String id, Map<String, Object> attributes, Map<String, Object> changed) {
        return (HttpSession) Proxy.newProxyInstance(
                SharedSessions.class.getClassLoader(),
                new Class<?>[] {HttpSession.class},
                (self, method, arguments) -> {
                    switch (method.getName()) {
                        case "getId":
                            return id;
                        case "getAttribute":
                            return attributes.get(arguments[0]);
                        case "setAttribute":
                            onChange.accept(id);
                            attributes.put((String) arguments[0], arguments[1]);
                            changed.put((String) arguments[0], arguments[1]);
                            return null;
                        default:
                            throw new UnsupportedOperationException(method.getName());
                    }
                });
    }
}
