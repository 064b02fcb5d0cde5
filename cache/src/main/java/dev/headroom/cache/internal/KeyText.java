package dev.headroom.cache.internal;

import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A key as text, for the tier that JVMs share: two keys that are not equal never have the same. */
final class KeyText {
    private KeyText() {}

    /** Null if the key is of a type whose text may not be its own. */
    static @Nullable String of(Object key) {
        StringBuilder text = new StringBuilder();
        return append(key, text) ? text.toString() : null;
    }

    /** The key of a text, where that is plain; empty for those that have to be looked for. */
    static Optional<Object> parse(String text) {
        String rest = text.length() < 2 ? "" : text.substring(2);
        return switch (text.isEmpty() ? '?' : text.charAt(0)) {
            case 's' -> Optional.of(rest);
            case 'i' -> Optional.of(Integer.valueOf(rest));
            case 'l' -> Optional.of(Long.valueOf(rest));
            case 'u' -> Optional.of(UUID.fromString(rest));
            default -> Optional.empty();
        };
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
