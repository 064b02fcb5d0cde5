package dev.headroom.cache.internal;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.headroom.cache.spi.SharedNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Drops of many values at once, without a clock and without a list: on each node a counter of drops, and for each tag the count of its last drop. A
 * value bears the count from before its load began, and is good while no tag of it has a later one. Clearing a cache is dropping the tag that all its
 * values have.
 *
 * <p>The upper half of a count tells one life of the counter from the next, for a node may lose it. A count that is missing, or of another life, makes
 * values bad: that costs a load and no more. Who stores a value sees to it that its tags have counts.
 *
 * <p>Beside the count of the last clearing stands which nodes the tier had for who wrote it. While there were more of them, keys lay elsewhere, and were dropped
 * there: who finds nodes named that are gone, or nodes that don't agree, drops all.
 */
final class Stamps {
    private static final Duration KEPT = Duration.ofDays(30);

    private final String counter;
    private final String prefix;
    private final String nodes;
    final String all;

    /**
     * Those of one cache.
     *
     * @param nodes short names of the nodes that the tier has, with commas
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
        return drop != null && sameLife(number(drop), stamp) && number(drop) <= stamp;
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
        Map<String, byte[]> records = node.records(asked);
        long now = now(node, records);
        boolean good = true;
        for (String name : names) {
            byte[] known = records.get(name);
            boolean counts = known != null && sameLife(number(known), now);
            good &= good(stamp, counts ? known : raise(node, name, now));
        }
        return good;
    }

    /** What is under this name is bad from now on. */
    void drop(SharedNode node, String name) {
        raise(node, name, node.increment(counter));
    }

    /** The second half of a drop. */
    byte[] raise(SharedNode node, String name, long count) {
        String more = name.equals(all) ? nodes : "";
        return node.merge(name, KEPT, before -> later(before, count, more));
    }

    private static byte[] later(byte @Nullable [] before, long now, String more) {
        boolean isLater = before != null && sameLife(number(before), now) && number(before) > now;
        return before != null && isLater ? before : (now + more).getBytes(US_ASCII);
    }

    /** Which nodes the tier had for who last wrote to this one; empty if that is not known. */
    String nodesFor(SharedNode node) {
        byte[] record = node.records(List.of(all)).get(all);
        int space = record == null ? -1 : text(record).indexOf(' ');
        return record == null || space < 0 ? "" : text(record).substring(space + 1);
    }

    /** Whether all these nodes are among those that there are. */
    boolean areAmongOurs(String known) {
        return Set.of(nodes.strip().split(",")).containsAll(List.of(known.split(",")));
    }

    /** More nodes have come; nothing becomes bad by that. */
    void nodesHaveCome(SharedNode node) {
        if (node.records(List.of(all)).containsKey(all)) {
            node.merge(all, KEPT, before -> ((before == null ? 0 : number(before)) + nodes).getBytes(US_ASCII));
        }
    }

    private static String text(byte[] record) {
        return new String(record, US_ASCII).strip();
    }

    private static boolean sameLife(long a, long b) {
        return a >>> 32 == b >>> 32;
    }

    private static long number(byte[] text) {
        String all = text(text);
        int space = all.indexOf(' ');
        return Long.parseLong(space < 0 ? all : all.substring(0, space));
    }
}
