package dev.headroom.cache.servlet;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** The directives of a {@code Cache-Control} header (RFC 9111, RFC 5861). A directive that can't be read counts as the strictest. */
record CacheControl(Map<String, String> directives) {
    private static final long LONGEST_SECONDS = Integer.MAX_VALUE;

    static CacheControl of(List<String> headers) {
        Map<String, String> directives = new HashMap<>();
        for (String header : headers) {
            for (String part : split(header)) {
                int equals = part.indexOf('=');
                String name = (equals < 0 ? part : part.substring(0, equals)).strip();
                String value =
                        equals < 0 ? "" : unquoted(part.substring(equals + 1).strip());
                if (!name.isEmpty()) {
                    directives.putIfAbsent(name.toLowerCase(Locale.ROOT), value);
                }
            }
        }
        return new CacheControl(Map.copyOf(directives));
    }

    boolean has(String directive) {
        return directives.containsKey(directive);
    }

    /** The seconds of a directive; zero if they are no number. */
    Optional<Duration> seconds(String directive) {
        String value = directives.get(directive);
        if (value == null) {
            return Optional.empty();
        }
        boolean number =
                !value.isEmpty() && value.length() <= 18 && value.chars().allMatch(c -> c >= '0' && c <= '9');
        return Optional.of(
                number ? Duration.ofSeconds(Math.min(LONGEST_SECONDS, Long.parseLong(value))) : Duration.ZERO);
    }

    private static List<String> split(String header) {
        List<String> parts = new java.util.ArrayList<>();
        boolean quoted = false;
        int from = 0;
        for (int i = 0; i < header.length(); i++) {
            char c = header.charAt(i);
            if (c == '"') {
                quoted = !quoted;
            } else if (c == ',' && !quoted) {
                parts.add(header.substring(from, i));
                from = i + 1;
            }
        }
        parts.add(header.substring(from));
        return parts;
    }

    private static String unquoted(String value) {
        boolean quoted = value.length() >= 2 && value.startsWith("\"") && value.endsWith("\"");
        return quoted ? value.substring(1, value.length() - 1) : value;
    }
}
