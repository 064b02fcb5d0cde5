package dev.headroom.session.internal;

import java.util.List;

/** Patterns in which {@code *} stands for any characters; matching takes linear time in practice and quadratic at worst, never more. */
record Globs(List<String> patterns) {
    Globs {
        patterns = List.copyOf(patterns);
    }

    boolean match(String path) {
        for (String pattern : patterns) {
            if (match(pattern, path)) {
                return true;
            }
        }
        return false;
    }

    /** Greedy with one point of return: only the last star ever needs to take more. */
    static boolean match(String pattern, String text) {
        int p = 0;
        int t = 0;
        int star = -1;
        int retry = 0;
        while (t < text.length()) {
            if (p < pattern.length() && pattern.charAt(p) == '*') {
                star = p++;
                retry = t;
            } else if (p < pattern.length() && pattern.charAt(p) == text.charAt(t)) {
                p++;
                t++;
            } else if (star >= 0) {
                p = star + 1;
                t = ++retry;
            } else {
                return false;
            }
        }
        while (p < pattern.length() && pattern.charAt(p) == '*') {
            p++;
        }
        return p == pattern.length();
    }
}
