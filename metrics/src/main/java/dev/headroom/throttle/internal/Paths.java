package dev.headroom.throttle.internal;

import java.util.List;

/** Patterns of paths: {@code /exact}, or {@code /below/*} for a path and all below it. */
public final class Paths {
    private final List<String> patterns;

    /** These patterns. */
    public Paths(List<String> patterns) {
        this.patterns = List.copyOf(patterns);
    }

    /** Whether this is a pattern. */
    public static boolean valid(String pattern) {
        int star = pattern.indexOf('*');
        return pattern.startsWith("/") && (star < 0 || pattern.endsWith("/*") && star == pattern.length() - 1);
    }

    /** Whether one of the patterns matches. */
    public boolean match(String path) {
        for (String pattern : patterns) {
            if (matches(pattern, path)) {
                return true;
            }
        }
        return false;
    }

    private static boolean matches(String pattern, String path) {
        if (!pattern.endsWith("/*")) {
            return path.equals(pattern);
        }
        int prefix = pattern.length() - 2;
        return path.regionMatches(0, pattern, 0, prefix) && (path.length() == prefix || path.charAt(prefix) == '/');
    }
}
