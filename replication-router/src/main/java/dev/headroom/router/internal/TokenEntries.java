package dev.headroom.router.internal;

import dev.headroom.consistency.ConsistencyToken;
import dev.headroom.router.spi.Position;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiPredicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a token says, cluster by cluster: {@code v1~main:p1:14fc000~+billing:m65537:77~*:1f:6ac1f00}. Each entry is a cluster, the mark of its kind of database,
 * its timeline and in hexadecimal the sequence number. One with a plus was added for a client that may not have written there.
 *
 * <p>The asterisk stands for all clusters that are not named: there the client has perhaps written up to anything that had committed when the token was
 * made. Its number only tells it from others of its kind; then comes when, in seconds, something was last put under it that was written, and when that is
 * as long ago as a client has to bring a position along, it is forgotten. So when there are more entries than a token has room for, none of this server's is
 * lost: what was added is left out first, then what all nodes have reached; and the asterisk takes the place of what still doesn't fit. Who does not know it,
 * or the plus, skips it. Not thread-safe.
 */
final class TokenEntries {
    private static final String VERSION = "v1";
    private static final int LONGEST = 512;
    private static final Pattern ENTRY =
            Pattern.compile("(\\+?)([A-Za-z0-9][A-Za-z0-9._-]{0,63}):([a-z]?)(\\d{1,18}):([0-9a-f]{1,16})");
    private static final Pattern OTHERS = Pattern.compile("\\*:([0-9a-f]{1,8}):([0-9a-f]{1,9})");
    private static final AtomicInteger numbers =
            new AtomicInteger(ThreadLocalRandom.current().nextInt());

    private final Map<String, Entry> entries = new TreeMap<>();

    /** The number of the entry of all others; 0 for none. */
    private int others;

    /** When something was last put under it, in seconds by the clock. */
    private long othersSince;

    /**
     * What a token says of one cluster.
     *
     * @param added whether the client may not have written there
     */
    record Entry(String mark, Position position, boolean added) {
        /** The entry that covers both; of two kinds of database the other's, which is the later to be met. */
        Entry and(Entry other) {
            boolean both = added && other.added;
            return mark.equals(other.mark)
                    ? new Entry(mark, position.and(other.position), both)
                    : new Entry(other.mark, other.position, both);
        }

        private String text(String cluster) {
            return (added ? "~+" : "~")
                    + cluster
                    + ':'
                    + mark
                    + position.timeline()
                    + ':'
                    + Long.toHexString(position.sequence());
        }
    }

    /** The clusters of this server. */
    interface Clusters {
        /** Whether there is one of this name. */
        boolean has(String cluster);

        /** Whether each of its nodes has said that it is there; false for a cluster that is not known. */
        boolean reachedByAll(String cluster, Entry entry);

        /** Whether another primary has been seen there before; false for a cluster that is not known. */
        boolean replaced(String cluster);
    }

    private TokenEntries() {}

    /** Those of a token; none if it is not one of ours. */
    static TokenEntries of(ConsistencyToken token) {
        TokenEntries all = new TokenEntries();
        String[] parts = token.value().split("~", -1);
        if (parts[0].equals(VERSION)) {
            for (int i = 1; i < parts.length; i++) {
                all.read(parts[i]);
            }
        }
        return all;
    }

    /** One that names no cluster and stands for all. */
    static TokenEntries ofAll() {
        TokenEntries all = new TokenEntries();
        all.others = 1;
        all.othersSince = seconds();
        return all;
    }

    private void read(String part) {
        Matcher entry = ENTRY.matcher(part);
        Matcher all = OTHERS.matcher(part);
        if (entry.matches()) {
            long sequence = Long.parseUnsignedLong(entry.group(5), 16);
            if (sequence > 0) {
                Position position = new Position(Long.parseLong(entry.group(4)), sequence);
                boolean added = !entry.group(1).isEmpty();
                entries.merge(entry.group(2), new Entry(entry.group(3), position, added), Entry::and);
            }
        } else if (all.matches()) {
            others = Math.max(1, Integer.parseUnsignedInt(all.group(1), 16) & Integer.MAX_VALUE);
            othersSince = Long.parseLong(all.group(2), 16);
        }
    }

    private static long seconds() {
        return System.currentTimeMillis() / 1000;
    }

    /** Forgets the entry of all others if what it stands for is older than that. */
    void forgetOthers(Duration life) {
        if (others != 0 && seconds() - othersSince > life.toSeconds()) {
            others = 0;
        }
    }

    /** That of a cluster; null if it is not named. */
    @Nullable Entry get(String cluster) {
        return entries.get(cluster);
    }

    /** The number of the entry that stands for all clusters that are not named; 0 if there is none. */
    int others() {
        return others;
    }

    /** Tells the entry of all others from every one before, for whoever looks for what has committed until now. */
    void renewOthers() {
        if (others != 0) {
            others = 1 + Math.floorMod(numbers.getAndIncrement(), Integer.MAX_VALUE);
        }
    }

    void remove(String cluster) {
        entries.remove(cluster);
    }

    void replace(String cluster, Entry entry) {
        entries.put(cluster, entry);
    }

    /**
     * Covers the entry as well. Where the cluster is one of those that are not named, it is put under the entry of all others, so that the client is told
     * anew of what it has written.
     *
     * @return whether anything has changed
     */
    boolean raise(String cluster, Entry entry) {
        Entry known = entries.get(cluster);
        if (known == null && others != 0) {
            if (!entry.added()) {
                putUnderOthers(cluster, entry);
            }
            return !entry.added();
        }
        Entry raised = known == null ? entry : known.and(entry);
        return !raised.equals(entries.put(cluster, raised));
    }

    /**
     * The same of an entry that covers all that the entry of all others stands for there: the cluster is named from now on, if there is room when what all
     * nodes have reached is left out.
     *
     * @param wrote whether it is of something that was written; if not, and there is no room, nothing changes
     */
    boolean name(String cluster, Entry entry, boolean wrote, Clusters clusters) {
        if (entries.containsKey(cluster) || others == 0) {
            return raise(cluster, entry);
        }
        Map<String, Entry> before = new TreeMap<>(entries);
        entries.put(cluster, entry);
        if (wrote) {
            leaveOut((name, other) -> !name.equals(cluster) && clusters.reachedByAll(name, other));
        }
        if (wrote && clusters.replaced(cluster)) {
            putTogether(clusters);
        }
        if (fit() && entries.containsKey(cluster)) {
            return true;
        }
        entries.clear();
        entries.putAll(before);
        return wrote && raise(cluster, entry);
    }

    private void putUnderOthers(String cluster, Entry entry) {
        others = after(others, cluster, entry);
        othersSince = seconds();
    }

    /** Covers all that the other one does. What one of them names and the entry of all others of the other one stands for is put under that. */
    void join(TokenEntries more) {
        Map<String, Entry> put = new TreeMap<>();
        if (others != 0) {
            put.putAll(more.entries);
            put.keySet().removeAll(entries.keySet());
        }
        if (more.others != 0) {
            entries.forEach((cluster, entry) -> {
                if (!more.entries.containsKey(cluster)) {
                    put.put(cluster, entry);
                }
            });
        }
        more.entries.forEach((cluster, entry) -> entries.merge(cluster, entry, Entry::and));
        entries.keySet().removeAll(put.keySet());
        if (others != more.others) { // another one than either, unless there is but one
            others = Math.max(1, (others + more.others) & Integer.MAX_VALUE);
        }
        othersSince = Math.max(othersSince, more.othersSince);
        put.forEach((cluster, entry) -> {
            if (!entry.added()) {
                putUnderOthers(cluster, entry);
            }
        });
    }

    /** How many characters the token would have with one entry more. */
    int lengthWith(String cluster, Entry entry) {
        return length() + entry.text(cluster).length();
    }

    /** Whether there is room for all. */
    boolean fit() {
        return length() <= LONGEST;
    }

    private int length() {
        int[] length = {VERSION.length() + ofOthers().length()};
        entries.forEach((cluster, entry) -> length[0] += entry.text(cluster).length());
        return length[0];
    }

    private String ofOthers() {
        return others == 0 ? "" : "~*:" + Integer.toHexString(others) + ':' + Long.toHexString(othersSince);
    }

    /** The token, which covers all that these clusters must show. */
    ConsistencyToken token(Clusters clusters) {
        leaveOut((cluster, entry) -> entry.added());
        leaveOut(clusters::reachedByAll);
        putTogether(clusters);
        if (entries.isEmpty() && others == 0) {
            return ConsistencyToken.NONE;
        }
        StringBuilder text = new StringBuilder(VERSION);
        entries.forEach((cluster, entry) -> text.append(entry.text(cluster)));
        return new ConsistencyToken(text.append(ofOthers()).toString());
    }

    /** As many as have to go. */
    private void leaveOut(BiPredicate<String, Entry> which) {
        int length = length();
        for (Iterator<Map.Entry<String, Entry>> all = entries.entrySet().iterator();
                length > LONGEST && all.hasNext(); ) {
            Map.Entry<String, Entry> next = all.next();
            if (which.test(next.getKey(), next.getValue())) {
                length -= next.getValue().text(next.getKey()).length();
                all.remove();
            }
        }
    }

    /**
     * The entry of all others in place of those that have no room: of clusters that are not known here first, and last where another primary has been seen
     * before, for the name alone says that it must not be the former one that answers; else long ones before the rest.
     */
    private void putTogether(Clusters clusters) {
        int named = length() - ofOthers().length();
        if (named + ofOthers().length() <= LONGEST) {
            return;
        }
        List<String> order = new ArrayList<>(entries.keySet());
        order.sort(Comparator.comparing(clusters::replaced)
                .thenComparing(clusters::has)
                .thenComparing(Comparator.comparingInt(String::length).reversed())
                .thenComparing(Comparator.naturalOrder()));
        for (String cluster : order) {
            Entry entry = Objects.requireNonNull(entries.remove(cluster));
            named -= entry.text(cluster).length();
            putUnderOthers(cluster, entry);
            if (named + ofOthers().length() <= LONGEST) {
                return;
            }
        }
    }

    /** Another number, and always the same one for the same. */
    private static int after(int others, String cluster, Entry entry) {
        int next = (31 * others + Objects.hash(cluster, entry.mark(), entry.position())) & Integer.MAX_VALUE;
        return next == 0 || next == others ? others % (Integer.MAX_VALUE - 1) + 1 : next;
    }
}
