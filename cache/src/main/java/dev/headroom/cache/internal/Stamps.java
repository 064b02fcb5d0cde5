package dev.headroom.cache.internal;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.headroom.cache.spi.SharedNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Drops of many values at once, without a clock and without a list: on each node a counter of drops, and for each tag the count of its last drop. A
 * value bears the count from before its load began, and is good while no tag of it has a later one. Clearing a cache is dropping the tag that all its
 * values have.
 *
 * <p>The upper half of a count tells one life of the counter from the next, for a node may lose it. A count that is missing, or of another life, makes
 * values bad: that costs a load and no more. Who stores a value sees to it that its tags have counts.
 *
 * <p>A count that is missing is made anew in two steps, for a drop may have come and its count may have been lost again since the counter was read. First a record
 * is left that makes values bad and that nobody has left before, then the counter is read, and only in the place of that very record the count is put: so
 * the record was there all the time, and a drop that the counter did not have would have replaced it. Whoever finds such a record may take the second step.
 *
 * <p>Beside the count of the last clearing stands which nodes the tier had for who wrote it. While there were more of them, keys lay elsewhere, and were dropped
 * there: who finds nodes named that are gone, or nodes that don't agree, leaves word of it, by which values are bad that lie where their keys did not ({@link Moves}).
 */
final class Stamps {
    private static final Duration KEPT = Duration.ofDays(30);
    /** What a record begins with that is no count yet. */
    private static final char MARK = 'p';
    /** A record is read with each value, so that beyond this all is dropped. */
    private static final int LONGEST = 2000;

    private static final int MOST_DIGITS = 19;

    private final String counter;
    private final String prefix;
    private final String nodes;
    final String all;

    /**
     * Those of one cache.
     *
     * @param nodes names of the nodes that the tier has, with commas and without blanks, colons or semicolons
     */
    Stamps(String prefix, String nodes) {
        this.nodes = ' ' + nodes;
        this.counter = prefix + "~s";
        this.prefix = prefix + "~t:";
        this.all = prefix + "~a";
    }

    String counter() {
        return counter;
    }

    String tag(String tag) {
        return prefix + tag;
    }

    List<String> tags(Collection<String> tags) {
        return tags.stream().map(this::tag).toList();
    }

    /** The count now, from records read; a new one if there is none. */
    long now(SharedNode node, Map<String, byte[]> records) {
        byte[] text = records.get(counter);
        return text == null ? node.increment(counter) : number(text);
    }

    static boolean good(long stamp, byte @Nullable [] drop) {
        if (drop == null || isMark(drop)) {
            return false;
        }
        long last = number(drop);
        return sameLife(last, stamp) && last <= stamp;
    }

    static boolean good(long stamp, Collection<String> names, Map<String, byte[]> records) {
        return names.stream().allMatch(name -> good(stamp, records.get(name)));
    }

    /** Sees to it that each has a count; says whether a value with this stamp is good. */
    boolean ensure(SharedNode node, Collection<String> tags, long stamp) {
        List<String> names = new ArrayList<>(tags(tags));
        names.add(all);
        List<String> asked = new ArrayList<>(names);
        asked.add(counter);
        Map<String, byte[]> records = new HashMap<>(node.records(asked));
        long now = now(node, records);
        List<String> missing =
                names.stream().filter(name -> !counts(records.get(name), now)).toList();
        if (!missing.isEmpty()) {
            records.putAll(renewed(node, missing, now));
        }
        return good(stamp, names, records);
    }

    /** Counts in place of those that are missing, or of another life than this. It may be a mark where others are at it. */
    private Map<String, byte[]> renewed(SharedNode node, Collection<String> names, long life) {
        Map<String, UnaryOperator<byte @Nullable []>> first = new LinkedHashMap<>();
        for (String name : names) {
            byte[] mark = mark(name);
            first.put(name, before -> isMark(before) || counts(before, life) ? kept(before) : mark);
        }
        Map<String, byte[]> there = new HashMap<>(node.mergeAll(first, KEPT));
        long now = now(node, node.records(List.of(counter)));
        Map<String, UnaryOperator<byte @Nullable []>> second = new LinkedHashMap<>();
        there.forEach((name, left) -> {
            if (isMark(left)) {
                second.put(name, counted(name, left, now));
            }
        });
        there.putAll(node.mergeAll(second, KEPT));
        return there;
    }

    private UnaryOperator<byte @Nullable []> counted(String name, byte[] mark, long now) {
        byte[] count = (now + more(name)).getBytes(US_ASCII);
        byte[] another = mark(name);
        return before -> Arrays.equals(before, mark) ? count : before == null ? another : before;
    }

    private byte[] mark(String name) {
        return (MARK + UUID.randomUUID().toString() + more(name)).getBytes(US_ASCII);
    }

    private static byte[] kept(byte @Nullable [] before) {
        return Objects.requireNonNull(before);
    }

    private static boolean isMark(byte @Nullable [] record) {
        return record != null && record.length > 0 && record[0] == MARK;
    }

    private static boolean counts(byte @Nullable [] record, long life) {
        return record != null && !isMark(record) && sameLife(number(record), life);
    }

    private String more(String name) {
        return name.equals(all) ? nodes : "";
    }

    /** What is under this name is bad from now on. */
    void drop(SharedNode node, String name) {
        raise(node, name, node.increment(counter));
    }

    /**
     * The second half of a drop. A count that is missing, or of another life, may have been one of a later drop, so that this one is not put in its place: what makes values bad
     * is, until the count is made anew.
     */
    byte[] raise(SharedNode node, String name, long count) {
        byte[] mark = mark(name);
        return node.merge(name, KEPT, before -> {
            if (before == null || !counts(before, count)) {
                return mark;
            }
            return number(before) > count
                    ? before
                    : (count + more(name) + Moves.after(before, count)).getBytes(US_ASCII);
        });
    }

    /** Which nodes the tier had for who last wrote to this one; empty if that is not known. */
    String nodesFor(SharedNode node) {
        byte[] record = node.records(List.of(all)).get(all);
        String[] parts = record == null ? new String[0] : text(record).split(" ", 3);
        return parts.length < 2 ? "" : parts[1];
    }

    /** Whether all these nodes are among those that there are. */
    boolean areAmongOurs(String known) {
        return Set.of(nodes.strip().split(",")).containsAll(List.of(known.split(",")));
    }

    /** Sees to it that it bears the list of nodes. */
    void begin(SharedNode node) {
        ensure(node, Set.of(), now(node, node.records(List.of(counter))));
    }

    /** The same, and what may lie there is bad, unless somebody else has come first. */
    void beginAnew(SharedNode node) {
        node.increment(counter);
        byte[] mark = mark(all);
        node.merge(all, KEPT, before -> before == null ? mark : before);
    }

    /** More nodes have come; nothing becomes bad by that. */
    void nodesHaveCome(SharedNode node) {
        if (node.records(List.of(all)).containsKey(all)) {
            node.merge(
                    all,
                    KEPT,
                    before -> before == null
                            ? ("0" + nodes).getBytes(US_ASCII)
                            : (head(text(before)) + nodes + Moves.after(before, 0)).getBytes(US_ASCII));
        }
    }

    /** The tier had these lists of nodes until now: what lies here and did not then is bad from now on. All is, if the node has lost its counts. */
    void moved(SharedNode node, Collection<String> lists) {
        long count = node.increment(counter);
        byte[] mark = mark(all);
        node.merge(all, KEPT, before -> {
            if (before == null || !counts(before, count)) {
                return mark;
            }
            String moved = head(text(before)) + nodes + Moves.with(before, count, lists);
            return (moved.length() > LONGEST ? Math.max(number(before), count) + nodes : moved).getBytes(US_ASCII);
        });
    }

    /** Whether this one is among them. */
    static boolean has(String nodes, String name) {
        return List.of(nodes.split(",")).contains(name);
    }

    private static String text(byte[] record) {
        return new String(record, US_ASCII).strip();
    }

    private static boolean sameLife(long a, long b) {
        return a >>> 32 == b >>> 32;
    }

    /** Digits up to a blank, which a node may put before them, too; read for each value, so without a text. */
    private static long number(byte[] record) {
        int at = 0;
        while (at < record.length && record[at] == ' ') {
            at++;
        }
        int from = at;
        long number = 0;
        for (; at < record.length && record[at] >= '0' && record[at] <= '9'; at++) {
            number = number * 10 + record[at] - '0';
        }
        boolean ends = at == record.length || record[at] == ' ' || record[at] == '\r' || record[at] == '\n';
        if (at == from || at - from > MOST_DIGITS || !ends) {
            throw new NumberFormatException("count: " + text(record) + " (expected: digits)");
        }
        return number;
    }

    private static String head(String record) {
        int space = record.indexOf(' ');
        return space < 0 ? record : record.substring(0, space);
    }
}
