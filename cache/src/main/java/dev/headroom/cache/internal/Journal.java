package dev.headroom.cache.internal;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.headroom.cache.spi.SharedNode;
import dev.headroom.consistency.ConsistencyToken;
import java.time.Duration;
import java.util.ArrayList;
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
    private static final String NO_TOKEN = "-";
    private static final Dropped NOTHING = new Dropped("-", "n", ConsistencyToken.NONE, "-");

    private final Home home;
    private final Homes homes;
    private final String counter;
    private boolean begun;
    private long read;
    private long gapSince;

    Journal(Home home, Homes homes) {
        this.home = home;
        this.homes = homes;
        this.counter = counter(homes.namespace);
    }

    private static String counter(String namespace) {
        return namespace + ":~j";
    }

    private static String record(String counter, long number) {
        return counter + ':' + Long.toUnsignedString(number, 36);
    }

    /**
     * What was dropped.
     *
     * @param kind k for a key, d for a key by the digest of its text, t for a tag, a for all, n for nothing
     * @param token where to read what has changed
     * @param what the key's text, or its digest, or the tag
     */
    record Dropped(String cache, String kind, ConsistencyToken token, String what) {
        String text(String origin) {
            return String.join(" ", origin, cache, kind, token.isNone() ? NO_TOKEN : token.value(), what);
        }
    }

    /** @return its number */
    static long append(SharedNode node, String namespace, String origin, Dropped dropped) {
        String counter = counter(namespace);
        long number = node.increment(counter);
        node.write(Map.of(record(counter, number), dropped.text(origin).getBytes(UTF_8)), KEPT);
        return number;
    }

    /** Reads what is new; called by one thread at a time. */
    void follow() {
        byte[] text = home.call(node -> node.records(List.of(counter))).get(counter);
        if (text == null) {
            // Begun here: a counter's life must not come and go between two looks that find none.
            long first = home.call(node -> append(node, homes.namespace, homes.origin, NOTHING));
            begun = true;
            lost(first);
            return;
        }
        long now = Long.parseUnsignedLong(new String(text, UTF_8).strip());
        if (!begun) {
            // What came before was not heard: what is held until now has to be looked at again.
            begun = true;
            lost(now);
            return;
        }
        if (now == read) {
            return;
        }
        if (read >>> 32 != now >>> 32 || now < read || now - read > MOST) {
            lost(now);
            return;
        }
        readOn(read, now);
    }

    private void readOn(long before, long now) {
        List<String> names = new ArrayList<>();
        for (long number = before + 1; number <= now; number++) {
            names.add(record(counter, number));
        }
        Map<String, byte[]> found = home.call(node -> node.records(names));
        for (long number = before + 1; number <= now; number++) {
            byte[] entry = found.get(record(counter, number));
            if (entry == null) {
                wait(number - 1, now);
                return;
            }
            gapSince = 0;
            read = number;
            tell(new String(entry, UTF_8));
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
        homes.distrustAll();
    }

    private void tell(String entry) {
        String[] parts = entry.split(" ", 5);
        if (parts.length == 5 && !parts[0].equals(homes.origin)) {
            ConsistencyToken token = parts[3].equals(NO_TOKEN) ? ConsistencyToken.NONE : new ConsistencyToken(parts[3]);
            homes.heard(new Dropped(parts[1], parts[2], token, parts[4]));
        }
    }
}
