package dev.headroom.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.cache.memcached.MemcachedTier;
import dev.headroom.cache.spi.SharedNode;
import dev.headroom.cache.spi.SharedTier;
import dev.headroom.cache.testing.InMemorySharedTier;
import dev.headroom.memcached.Memcached;
import dev.headroom.testkit.MemcachedNode;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Nodes that come and go between two lives of the application: what was dropped on one is served from no other. */
@Tag("one-jdk")
class ChangedNodesTest {
    private static final int KEYS = 12;
    /** Those from here on are put and have no tags. */
    private static final int FIRST_PUT = 8;

    private static List<MemcachedNode> servers;

    @BeforeAll
    static void start() {
        servers = IntStream.range(0, 3)
                .mapToObj(i -> MemcachedNode.builder().ownProcess().start())
                .toList();
    }

    @AfterAll
    static void stop() {
        servers.forEach(MemcachedNode::close);
    }

    @Test
    void aNodeThatWentDoesNotLeaveOldValuesToTheOthers() {
        Duration timeout = Duration.ofSeconds(5);
        try (Memcached two = Connected.to(nodes(0, 1), timeout);
                Memcached three = Connected.to(nodes(0, 1, 2), timeout)) {
            String key = IntStream.range(0, 1000)
                    .mapToObj(i -> "k" + i)
                    .filter(each ->
                            three.node("headroom:c:v1:tlv1:s:" + each).id().equals(id(2)))
                    .findFirst()
                    .orElseThrow();
            assertThat(inOneLife(two, key, "old")).isEqualTo("old");
            assertThat(inOneLife(two, key, "not loaded")).isEqualTo("old");
            try (Caches caches = caches(three)) {
                Cache<String, String> cache = caches.cache("c", String.class, String.class);
                assertThat(cache.get(key, k -> "new")).isEqualTo("new");
                cache.invalidate(key);
            }
            assertThat(inOneLife(two, key, "newest")).isEqualTo("newest");
            assertThat(inOneLife(two, key, "not loaded")).isEqualTo("newest");
            try (Caches caches = caches(two)) {
                caches.cache("c", String.class, String.class).invalidate(key);
            }
            assertThat(inOneLife(three, key, "latest")).isEqualTo("latest");
        }
    }

    @Test
    void aNodeThatComesBackBringsNoOldValuesAlong() {
        Duration timeout = Duration.ofSeconds(5);
        try (Memcached two = Connected.to(nodes(0, 1), timeout);
                Memcached three = Connected.to(nodes(0, 1, 2), timeout)) {
            List<String> keys = IntStream.range(0, 30).mapToObj(i -> "back" + i).toList();
            keys.forEach(key -> inOneLife(three, key, "old"));
            try (Caches caches = caches(two)) {
                Cache<String, String> cache = caches.cache("c", String.class, String.class);
                keys.forEach(key -> cache.get(key, k -> "old"));
                keys.forEach(cache::invalidate);
            }
            assertThat(keys)
                    .allSatisfy(key -> assertThat(inOneLife(three, key, "new")).isEqualTo("new"));
        }
    }

    /** Though nothing else is done while it is away: each node bears the list of nodes that was dropped with. */
    @Test
    void norIfTheWholeTagOrCacheWasDroppedMeanwhile() {
        Duration timeout = Duration.ofSeconds(5);
        try (Memcached two = Connected.to(nodes(0, 1), timeout);
                Memcached three = Connected.to(nodes(0, 1, 2), timeout)) {
            List<String> keys = IntStream.range(0, 30).mapToObj(i -> "tag" + i).toList();
            List<Consumer<Cache<String, String>>> drops = List.of(cache -> cache.invalidateTag("t"), Cache::clear);
            for (Consumer<Cache<String, String>> drop : drops) {
                String namespace = "drop" + drops.indexOf(drop);
                tagged(three, namespace, keys, "old");
                try (Caches caches = caches(two, namespace)) {
                    drop.accept(caches.cache("c", String.class, String.class));
                }
                tagged(three, namespace, keys, "new");
            }
        }
    }

    private static void tagged(Memcached memcached, String namespace, List<String> keys, String value) {
        try (Caches caches = caches(memcached, namespace)) {
            Cache<String, String> cache = caches.cache("c", String.class, String.class);
            keys.forEach(key -> assertThat(cache.get(key, (k, context) -> {
                        context.tags("t");
                        return value;
                    }))
                    .as(key)
                    .isEqualTo(value));
        }
    }

    @Test
    void aNodeThatGoesOrComesBackCostsItsShareOfTheLoadsAndNoMore() {
        Duration timeout = Duration.ofSeconds(5);
        try (Memcached two = Connected.to(nodes(0, 1), timeout);
                Memcached three = Connected.to(nodes(0, 1, 2), timeout)) {
            List<String> keys = IntStream.range(0, 60).mapToObj(i -> "k" + i).toList();
            long share = keys.stream()
                    .filter(key -> three.node("share:c:v1:tlv1:s:" + key).id().equals(id(2)))
                    .count();
            assertThat(share).isBetween(1L, 59L);
            assertThat(loads(three, keys)).isEqualTo(60);
            assertThat(loads(two, keys)).as("one has gone").isEqualTo(share);
            assertThat(loads(two, keys)).isZero();
            assertThat(loads(three, keys)).as("it is back").isEqualTo(share);
            assertThat(loads(three, keys)).isZero();
            assertThat(loads(two, keys)).as("it has gone again").isEqualTo(share);
        }
    }

    private static long loads(Memcached memcached, List<String> keys) {
        AtomicLong loads = new AtomicLong();
        try (Caches caches = caches(memcached, "share")) {
            Cache<String, String> cache = caches.cache("c", String.class, String.class);
            keys.forEach(key -> cache.get(key, k -> "v" + loads.incrementAndGet()));
        }
        return loads.get();
    }

    /**
     * Lives of an application with some of the nodes, one of them at least a node of the life before, in each of which values change: what was before is read in no later
     * one.
     */
    @Test
    void whateverNodesThereAreNothingOldIsRead() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        Map<String, Memcached> clients = new HashMap<>();
        Map<String, Integer> source = new HashMap<>();
        try {
            int some = 7;
            for (int life = 0; life < 60; life++) {
                int before = some;
                some = random.ints(1, 8)
                        .filter(any -> (any & before) != 0)
                        .findFirst()
                        .orElseThrow();
                String nodes = nodes(among(some));
                Memcached memcached = clients.computeIfAbsent(nodes, list -> Connected.to(list, Duration.ofSeconds(5)));
                boolean onlyDrops = random.nextInt(3) == 0;
                try (Caches caches = caches(memcached, "any")) {
                    Cache<String, Integer> cache = caches.cache("c", String.class, Integer.class);
                    for (int step = onlyDrops ? 18 + random.nextInt(2) : 0; step < 20; step++) {
                        int key = random.nextInt(KEYS);
                        if (onlyDrops || random.nextInt(4) == 0) {
                            change(cache, key, random, source);
                        } else {
                            int now = source.getOrDefault("k" + key, 0);
                            assertThat(cache.get("k" + key, (k, context) -> {
                                        if (key < FIRST_PUT) {
                                            context.tags("t" + key % 3);
                                        }
                                        return now;
                                    }))
                                    .as("k%s in life %s with %s, seed %s", key, life, nodes, seed)
                                    .isEqualTo(now);
                        }
                    }
                }
            }
        } finally {
            clients.values().forEach(Memcached::close);
        }
    }

    private static void change(Cache<String, Integer> cache, int key, Random random, Map<String, Integer> source) {
        int what = random.nextInt(8);
        if (what == 0) {
            IntStream.range(0, KEYS).forEach(each -> source.merge("k" + each, 1, Integer::sum));
            cache.clear();
        } else if (what < 4 && key < FIRST_PUT) {
            IntStream.range(0, FIRST_PUT)
                    .filter(each -> each % 3 == key % 3)
                    .forEach(each -> source.merge("k" + each, 1, Integer::sum));
            cache.invalidateTag("t" + key % 3);
        } else {
            int now = source.merge("k" + key, 1, Integer::sum);
            if (what < 4) {
                cache.put("k" + key, now);
            } else {
                cache.invalidate("k" + key);
            }
        }
    }

    /** What lies there may have been dropped on the others: it is asked before anything is read. */
    @Test
    void aNodeThatDidNotAnswerAtFirstBringsNoOldValuesAlong() {
        try (Memcached before = Connected.to(nodes(0, 1), Duration.ofSeconds(5));
                Memcached without = Connected.to(nodes(0, 2), Duration.ofSeconds(5));
                Memcached all = Connected.to(nodes(0, 1, 2), Duration.ofSeconds(1))) {
            List<String> there = IntStream.range(0, 1000)
                    .mapToObj(i -> "late" + i)
                    .filter(each -> all.node(late(each)).id().equals(id(1)))
                    .limit(2)
                    .toList();
            String key = there.get(0);
            inOneLife(before, key, "old");
            try (Caches caches = caches(without)) {
                caches.cache("c", String.class, String.class).invalidate(key);
            }
            MemcachedNode late = servers.get(1);
            try (Caches caches = caches(all)) {
                Cache<String, String> cache = caches.cache("c", String.class, String.class);
                late.suspend();
                try {
                    assertThat(cache.get("any", k -> "loaded")).isEqualTo("loaded");
                } finally {
                    late.resume();
                }
                String witness = there.get(1);
                Awaitility.await()
                        .ignoreExceptions()
                        .atMost(30, TimeUnit.SECONDS)
                        .until(() -> {
                            cache.refresh(witness, k -> "stored");
                            return all.node(late(witness))
                                    .get(late(witness))
                                    .toCompletableFuture()
                                    .join()
                                    .isPresent();
                        });
                assertThat(cache.get(key, k -> "new")).isEqualTo("new");
            }
        }
    }

    @Test
    void allNodesAreAskedAtTheSameTime() {
        CountDownLatch asked = new CountDownLatch(3);
        List<SharedNode> all =
                IntStream.range(0, 3).mapToObj(i -> waiting("node" + i, asked)).toList();
        SharedTier tier = new SharedTier() {
            @Override
            public List<SharedNode> nodes() {
                return all;
            }

            @Override
            public SharedNode node(String key) {
                return all.get(Math.floorMod(key.hashCode(), all.size()));
            }

            @Override
            public void close() {}
        };
        try (Caches caches =
                Caches.builder().shared(tier).journalEvery(Duration.ZERO).build()) {
            caches.cache("c", String.class, String.class).invalidate("k");
        }
    }

    /** Answers when all are asked. */
    private static SharedNode waiting(String id, CountDownLatch all) {
        SharedNode node = new InMemorySharedTier().node("");
        return (SharedNode) Proxy.newProxyInstance(
                SharedNode.class.getClassLoader(), new Class<?>[] {SharedNode.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("id")) {
                        return id;
                    }
                    if (method.getName().equals("records")) {
                        all.countDown();
                        assertThat(all.await(30, TimeUnit.SECONDS)).isTrue();
                    }
                    return method.invoke(node, arguments);
                });
    }

    private static String late(String key) {
        return "headroom:c:v1:tlv1:s:" + key;
    }

    private static int[] among(int some) {
        return IntStream.range(0, 3).filter(i -> (some & 1 << i) != 0).toArray();
    }

    private static String inOneLife(Memcached memcached, String key, String loaded) {
        try (Caches caches = caches(memcached)) {
            return caches.cache("c", String.class, String.class).get(key, k -> loaded);
        }
    }

    private static Caches caches(Memcached memcached) {
        return caches(memcached, "headroom");
    }

    private static Caches caches(Memcached memcached, String namespace) {
        return Caches.builder()
                .shared(MemcachedTier.on(memcached))
                .namespace(namespace)
                .build();
    }

    private static String nodes(int... numbers) {
        return String.join(
                ",", IntStream.of(numbers).mapToObj(ChangedNodesTest::id).toList());
    }

    private static String id(int number) {
        return servers.get(number).hostAndPort();
    }
}
