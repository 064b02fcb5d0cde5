package dev.headroom.cache;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** JVMs load, drop by tag and let expire in turn; each checks that what the others did means to it what it should, whatever their clocks say. */
final class ClockSkewDrill {
    static final Duration FRESH = Duration.ofSeconds(2);

    /** memcached's second may end at once: what is to last two may last one. */
    private static final Duration SURELY_FRESH = Duration.ofMillis(900);
    /** A clock that is wrong is so by far more. */
    private static final Duration SURELY_EXPIRED = Duration.ofSeconds(10);

    private static final Duration MORE_THAN_ANY_AGE = Duration.ofMinutes(7);
    private static final int KEYS = 10;

    /** What the source has: another number for each load. */
    private static final int SOURCE = DrillNode.FIRST;
    /** What was loaded, by key and cache. */
    private static final int LOADED = DrillNode.FIRST + 1;
    /** When that began. */
    private static final int BEGUN = LOADED + 1_000;

    private final DrillNode node;
    /** Asks the tier once an hour, unless it hears something. */
    private final Cache<String, Long> held;
    /** Asks the tier each time. */
    private final Cache<String, Long> asked;

    private final Cache<String, Long> expiring;
    private Duration patience = Duration.ofSeconds(30);

    ClockSkewDrill(DrillNode node) {
        this.node = node;
        this.held = node.caches.cache("held", String.class, Long.class);
        this.asked = node.caches.cache("asked", String.class, Long.class);
        this.expiring = node.caches.cache("short", String.class, Long.class);
    }

    /** One loads, all see it without loading; another drops its tag, and nobody sees it any more: at once who asks, soon who holds it. */
    void tags(int rounds) {
        for (int round = 0; round < rounds; round++) {
            List<String> keys = List.of("a" + round % KEYS, "b" + round % KEYS);
            String tag = "t" + round % KEYS;
            node.together();
            if (round % node.jvms == node.number) {
                for (int i = 0; i < keys.size(); i++) {
                    node.numbers.set(LOADED + i, get(held, keys.get(i), tag));
                    node.numbers.set(LOADED + keys.size() + i, get(asked, keys.get(i), tag));
                }
            }
            node.together();
            for (int i = 0; i < keys.size(); i++) {
                unexpired(held, keys.get(i), tag, node.numbers.get(LOADED + i));
                unexpired(asked, keys.get(i), tag, node.numbers.get(LOADED + keys.size() + i));
            }
            node.together();
            if ((round + 1) % node.jvms == node.number) {
                held.invalidateTag(tag);
                asked.invalidateTag(tag);
            }
            node.together();
            for (int i = 0; i < keys.size(); i++) {
                String key = keys.get(i);
                long before = node.numbers.get(LOADED + i);
                check("tag", "missed", get(asked, key, tag) > node.numbers.get(LOADED + keys.size() + i));
                boolean heard = DrillNode.await(() -> get(held, key, tag) > before, patience);
                patience = heard ? patience : Duration.ZERO; // what goes wrong is not to take hours
                check("tag", "missed", heard);
            }
        }
    }

    private void unexpired(Cache<String, Long> cache, String key, String tag, long value) {
        check("unexpired", "early", get(cache, key, tag) == value);
        cache.peek(key) // not there if the drop of another tag was heard just then
                .ifPresent(held -> check("age", "wrong-age", held.age().compareTo(MORE_THAN_ANY_AGE) < 0));
    }

    private long get(Cache<String, Long> cache, String key, String tag) {
        return cache.get(key, (k, context) -> {
            context.tags(tag);
            return load();
        });
    }

    private long load() {
        return node.numbers.add(SOURCE, 1) + 1;
    }

    /** Each loads some keys; all see these values at once, and others later. */
    void expiries(int rounds, int keys) {
        for (int round = 0; round < rounds; round++) {
            node.together();
            for (int i = node.number; i < keys; i += node.jvms) {
                node.numbers.set(BEGUN + i, System.nanoTime());
                node.numbers.set(LOADED + i, expiring.get("e" + round + "-" + i, key -> load()));
            }
            node.together();
            for (int i = 0; i < keys; i++) {
                unexpired("e" + round + "-" + i, node.numbers.get(LOADED + i), node.numbers.get(BEGUN + i));
            }
            long all = System.nanoTime();
            for (int i = 0; i < keys; i++) {
                expires("e" + round + "-" + i, node.numbers.get(LOADED + i), all);
            }
        }
    }

    private void unexpired(String key, long value, long begun) {
        boolean same = expiring.get(key, k -> load()) == value;
        boolean surely = System.nanoTime() - begun < SURELY_FRESH.toNanos();
        if (surely || same) {
            check("unexpired", "early", same);
        } else {
            node.count("too-slow", 1);
        }
    }

    private void expires(String key, long value, long stored) {
        long began = System.nanoTime();
        while (expiring.get(key, k -> load()) == value && began - stored < SURELY_EXPIRED.toNanos()) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
            began = System.nanoTime();
        }
        check("expired", "late", began - stored < SURELY_EXPIRED.toNanos());
    }

    private void check(String what, String otherwise, boolean right) {
        node.count(what, 1);
        node.count(otherwise, right ? 0 : 1);
    }
}
