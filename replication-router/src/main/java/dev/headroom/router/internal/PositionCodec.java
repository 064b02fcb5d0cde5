package dev.headroom.router.internal;

import dev.headroom.consistency.ConsistencyToken;
import dev.headroom.router.spi.Position;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes positions as tokens: {@code v1~main:p1:14fc000~billing:m65537:77}, each entry a cluster, the mark of its kind of database, its
 * timeline and in hexadecimal the sequence number. A router changes its own cluster's entry and leaves the others alone.
 *
 * <p>An entry of its own cluster with another mark was written when the cluster was another kind of database. Nothing can be said of where
 * that is, so it stands for a position that only the primary covers.
 */
final class PositionCodec {
    private static final Logger log = LoggerFactory.getLogger(PositionCodec.class);
    private static final String VERSION = "v1";
    private static final Pattern ENTRY =
            Pattern.compile("([A-Za-z0-9][A-Za-z0-9._-]{0,63}):([a-z]?)(\\d{1,18}):([0-9a-f]{1,16})");

    /** No node is on it. */
    private static final long BEYOND_TIMELINE = 999_999_999_999_999_999L;

    /** Beyond all that any node may have reached. */
    static final Position BEYOND_ALL = new Position(BEYOND_TIMELINE, Long.MAX_VALUE);

    private final String cluster;
    private final Supplier<String> mark;
    private final AtomicBoolean told = new AtomicBoolean();

    /** @param mark of the cluster's kind of database, as far as it is known */
    PositionCodec(String cluster, Supplier<String> mark) {
        this.cluster = cluster;
        this.mark = mark;
    }

    /** What a token says of one cluster. */
    private record Entry(String mark, Position position) {
        /** The entry that covers both; of two kinds of database the other's, which is the later to be met. */
        Entry and(Entry other) {
            return mark.equals(other.mark) ? new Entry(mark, position.and(other.position)) : other;
        }
    }

    /** Whether it stands for what only the primary covers, whichever that is. */
    static boolean beyondAll(Position position) {
        return position.timeline() == BEYOND_TIMELINE;
    }

    /** Beyond all, and told from the one before, so that a client is told anew. */
    static Position pinnedAfter(Position before) {
        return new Position(BEYOND_TIMELINE, beyondAll(before) ? before.sequence() % Integer.MAX_VALUE + 1 : 1);
    }

    /** This cluster's position; none when the token has none or is not one of ours. */
    Position position(ConsistencyToken token) {
        Entry entry = token.isNone() ? null : entries(token).get(cluster);
        if (entry == null) {
            return Position.NONE;
        }
        String own = mark.get();
        if (entry.mark().equals(own)) {
            return entry.position();
        }
        if (!own.isEmpty() && told.compareAndSet(false, true)) {
            log.warn(
                    "router {}: a token is of another kind of database ({}, expected: {}); reads with such tokens go to where the"
                            + " primary is then",
                    cluster,
                    entry.mark().isEmpty() ? "none" : entry.mark(),
                    own);
        }
        return BEYOND_ALL;
    }

    /** The token of one position. */
    ConsistencyToken token(Position position) {
        return write(position.isNone() ? Map.of() : Map.of(cluster, new Entry(mark.get(), position)));
    }

    /** A token that covers the given one and the position. */
    ConsistencyToken raise(ConsistencyToken token, Position position) {
        if (position.isNone()) {
            return token;
        }
        Map<String, Entry> entries = entries(token);
        Entry own = new Entry(mark.get(), position);
        Entry known = entries.get(cluster);
        Entry raised = known == null ? own : known.and(own);
        if (raised.equals(entries.put(cluster, raised))) {
            return token;
        }
        return write(entries);
    }

    /** A token with this cluster's position replaced. */
    ConsistencyToken replace(ConsistencyToken token, Position position) {
        Map<String, Entry> entries = entries(token);
        entries.put(cluster, new Entry(mark.get(), position));
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
        Map<String, Entry> entries = entries(a);
        entries(b).forEach((name, entry) -> entries.merge(name, entry, Entry::and));
        return write(entries);
    }

    private static Map<String, Entry> entries(ConsistencyToken token) {
        Map<String, Entry> entries = new TreeMap<>();
        String[] parts = token.value().split("~", -1);
        if (!parts[0].equals(VERSION)) {
            return entries;
        }
        for (int i = 1; i < parts.length; i++) {
            Matcher entry = ENTRY.matcher(parts[i]);
            if (entry.matches()) {
                long sequence = Long.parseUnsignedLong(entry.group(4), 16);
                if (sequence > 0) {
                    Position position = new Position(Long.parseLong(entry.group(3)), sequence);
                    entries.merge(entry.group(1), new Entry(entry.group(2), position), Entry::and);
                }
            }
        }
        return entries;
    }

    private static ConsistencyToken write(Map<String, Entry> entries) {
        if (entries.isEmpty()) {
            return ConsistencyToken.NONE;
        }
        StringBuilder text = new StringBuilder(VERSION);
        entries.forEach((name, entry) -> text.append('~')
                .append(name)
                .append(':')
                .append(entry.mark())
                .append(entry.position().timeline())
                .append(':')
                .append(Long.toHexString(entry.position().sequence())));
        return new ConsistencyToken(text.toString());
    }
}
