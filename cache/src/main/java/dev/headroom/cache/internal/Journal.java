package dev.headroom.cache.internal;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.headroom.cache.spi.Backplane;
import dev.headroom.cache.spi.SharedNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The list of what was dropped at one node, by which the JVMs keep what they hold themselves coherent: a counter, and a record for each of its numbers.
 * Who finds a gap that does not close, or a counter of another life, or is too far behind, trusts nothing it holds until it has looked again.
 */
final class Journal {
    private static final Duration KEPT = Duration.ofMinutes(5);
    private static final long GAP_NANOS = 1_000_000_000L;
    private static final int MOST = 1000;
    /** Records that are read together with the counter, so that a few take one round trip. */
    private static final int AHEAD = 4;

    private final Home home;
    private final String counter;
    private final String nothing;
    private final Backplane.Listener listener;
    private boolean begun;
    private long read;
    private long gapSince;

    /**
     * That of a node.
     *
     * @param nothing a text that tells nothing
     */
    Journal(Home home, String namespace, String nothing, Backplane.Listener listener) {
        this.home = home;
        this.counter = counter(namespace);
        this.nothing = nothing;
        this.listener = listener;
    }

    private static String counter(String namespace) {
        return namespace + ":~j";
    }

    private static String record(String counter, long number) {
        return counter + ':' + Long.toUnsignedString(number, 36);
    }

    /** @return its number */
    static long append(SharedNode node, String namespace, String text) {
        return appendTo(node, counter(namespace), text);
    }

    private static long appendTo(SharedNode node, String counter, String text) {
        long number = node.increment(counter);
        node.write(Map.of(record(counter, number), text.getBytes(UTF_8)), KEPT);
        return number;
    }

    /** Reads what is new; called by one thread at a time. Says whether there was something, or is about to be. */
    boolean follow() {
        List<String> names = new ArrayList<>();
        names.add(counter);
        if (begun) {
            names.addAll(records(read, read + AHEAD));
        }
        Map<String, byte[]> found = home.call(node -> node.records(names));
        byte[] text = found.get(counter);
        if (text == null) {
            // Begun here: a counter's life must not come and go between two looks that find none.
            long first = home.call(node -> appendTo(node, counter, nothing));
            begun = true;
            lost(first);
            return true;
        }
        long now = Long.parseUnsignedLong(new String(text, UTF_8).strip());
        if (!begun) {
            // What came before was not heard: what is held until now has to be looked at again.
            begun = true;
            lost(now);
            return true;
        }
        if (now == read) {
            return false;
        }
        if (read >>> 32 != now >>> 32 || now < read || now - read > MOST) {
            lost(now);
            return true;
        }
        readOn(found, now);
        return true;
    }

    private List<String> records(long after, long upTo) {
        List<String> names = new ArrayList<>();
        for (long number = after + 1; number <= upTo; number++) {
            names.add(record(counter, number));
        }
        return names;
    }

    private void readOn(Map<String, byte[]> first, long now) {
        Map<String, byte[]> found = new HashMap<>(first);
        if (now - read > AHEAD) {
            List<String> more = records(read + AHEAD, now);
            found.putAll(home.call(node -> node.records(more)));
        }
        for (long number = read + 1; number <= now; number++) {
            byte[] entry = found.get(record(counter, number));
            if (entry == null) {
                wait(number - 1, now);
                return;
            }
            gapSince = 0;
            read = number;
            listener.heard(new String(entry, UTF_8));
        }
    }

    /** Its writer may not have come to write it yet. */
    private void wait(long upTo, long now) {
        read = upTo;
        long time = System.nanoTime();
        if (gapSince == 0) {
            gapSince = time;
        } else if (time - gapSince > GAP_NANOS) {
            lost(now);
        }
    }

    private void lost(long now) {
        read = now;
        gapSince = 0;
        listener.lost();
    }
}
