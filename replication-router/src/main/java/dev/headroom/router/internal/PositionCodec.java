package dev.headroom.router.internal;

import dev.headroom.consistency.ConsistencyToken;
import dev.headroom.router.spi.Position;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Writes positions as tokens: {@code v1~main:1:14fc000~billing:1:77}, each entry a cluster, its timeline and in hexadecimal the
 * sequence number. A router changes its own cluster's entry and leaves the others alone.
 */
final class PositionCodec {
    private static final String VERSION = "v1";
    private static final Pattern ENTRY =
            Pattern.compile("([A-Za-z0-9][A-Za-z0-9._-]{0,63}):(\\d{1,18}):([0-9a-f]{1,16})");

    private final String cluster;

    PositionCodec(String cluster) {
        this.cluster = cluster;
    }

    /** This cluster's position; none when the token has none or is not one of ours. */
    Position position(ConsistencyToken token) {
        return token.isNone() ? Position.NONE : entries(token).getOrDefault(cluster, Position.NONE);
    }

    /** The token of one position. */
    ConsistencyToken token(Position position) {
        return write(position.isNone() ? Map.of() : Map.of(cluster, position));
    }

    /** A token that covers the given one and the position. */
    ConsistencyToken raise(ConsistencyToken token, Position position) {
        if (position.isNone()) {
            return token;
        }
        Map<String, Position> entries = entries(token);
        Position raised = entries.getOrDefault(cluster, Position.NONE).and(position);
        if (raised.equals(entries.put(cluster, raised))) {
            return token;
        }
        return write(entries);
    }

    /** A token with this cluster's position replaced. */
    ConsistencyToken replace(ConsistencyToken token, Position position) {
        Map<String, Position> entries = entries(token);
        entries.put(cluster, position);
        return write(entries);
    }

    /** A token that covers both, cluster by cluster. */
    ConsistencyToken combine(ConsistencyToken a, ConsistencyToken b) {
        if (a.isNone() || a.equals(b)) {
            return b;
        }
        if (b.isNone()) {
            return a;
        }
        Map<String, Position> entries = entries(a);
        entries(b).forEach((name, position) -> entries.merge(name, position, Position::and));
        return write(entries);
    }

    private static Map<String, Position> entries(ConsistencyToken token) {
        Map<String, Position> entries = new TreeMap<>();
        String[] parts = token.value().split("~", -1);
        if (!parts[0].equals(VERSION)) {
            return entries;
        }
        for (int i = 1; i < parts.length; i++) {
            Matcher entry = ENTRY.matcher(parts[i]);
            if (entry.matches()) {
                long sequence = Long.parseUnsignedLong(entry.group(3), 16);
                if (sequence > 0) {
                    entries.merge(
                            entry.group(1), new Position(Long.parseLong(entry.group(2)), sequence), Position::and);
                }
            }
        }
        return entries;
    }

    private static ConsistencyToken write(Map<String, Position> entries) {
        if (entries.isEmpty()) {
            return ConsistencyToken.NONE;
        }
        StringBuilder text = new StringBuilder(VERSION);
        entries.forEach((name, position) -> text.append('~')
                .append(name)
                .append(':')
                .append(position.timeline())
                .append(':')
                .append(Long.toHexString(position.sequence())));
        return new ConsistencyToken(text.toString());
    }
}
