package dev.headroom.cache.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A key as text, for the tier that JVMs share: two keys that are not equal never have the same. */
final class KeyText {
    private KeyText() {}

    /** Null if the key is of a type whose text may not be its own. */
    static @Nullable String of(Object key) {
        if (key instanceof String text) {
            return "s:".concat(text);
        }
        StringBuilder text = new StringBuilder();
        return append(key, text) ? text.toString() : null;
    }

    /** The key of a text; empty for those that have to be looked for: enums, lists with enums, and what is no such text. */
    static Optional<Object> parse(String text) {
        Object key;
        try {
            key = parsed(text);
        } catch (IllegalArgumentException | IndexOutOfBoundsException malformed) {
            return Optional.empty();
        }
        return key != null && text.equals(of(key)) ? Optional.of(key) : Optional.empty();
    }

    private static @Nullable Object parsed(String text) {
        char kind = text.charAt(0);
        if (kind == 'n') {
            return null;
        } else if (kind == '[') {
            return parsedAll(text);
        }
        String rest = text.substring(2);
        return switch (kind) {
            case 's' -> rest;
            case 'i' -> Integer.valueOf(rest);
            case 'l' -> Long.valueOf(rest);
            case 'u' -> UUID.fromString(rest);
            case 'b' -> Boolean.valueOf(rest);
            case 'h' -> Short.valueOf(rest);
            case 'y' -> Byte.valueOf(rest);
            case 'c' -> rest.charAt(0);
            default -> throw new IllegalArgumentException("kind: " + kind);
        };
    }

    private static List<@Nullable Object> parsedAll(String text) {
        List<@Nullable Object> several = new ArrayList<>();
        int at = 1;
        while (text.charAt(at) != ']') {
            int colon = text.indexOf(':', at);
            int from = colon + 1;
            int end = from + Integer.parseInt(text.substring(at, colon));
            several.add(parsed(text.substring(from, end)));
            at = end;
        }
        return several;
    }

    private static boolean append(@Nullable Object key, StringBuilder to) {
        if (key instanceof String text) {
            to.append("s:").append(text);
        } else if (key == null) {
            to.append('n');
        } else if (key instanceof List<?> several) {
            return appendAll(several, to);
        } else if (key instanceof Enum<?> constant) {
            to.append("e:")
                    .append(constant.getDeclaringClass().getName())
                    .append('.')
                    .append(constant.name());
        } else {
            String kind = kind(key);
            if (kind.isEmpty()) {
                return false;
            }
            to.append(kind).append(key);
        }
        return true;
    }

    private static String kind(Object key) {
        if (key instanceof Integer) {
            return "i:";
        } else if (key instanceof Long) {
            return "l:";
        } else if (key instanceof UUID) {
            return "u:";
        } else if (key instanceof Boolean) {
            return "b:";
        } else if (key instanceof Short) {
            return "h:";
        } else if (key instanceof Byte) {
            return "y:";
        } else if (key instanceof Character) {
            return "c:";
        }
        return "";
    }

    private static boolean appendAll(List<?> several, StringBuilder to) {
        to.append('[');
        for (Object each : several) {
            StringBuilder part = new StringBuilder();
            if (!append(each, part)) {
                return false;
            }
            to.append(part.length()).append(':').append(part);
        }
        to.append(']');
        return true;
    }
}
