package dev.headroom.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.cache.memcached.MemcachedTier;
import dev.headroom.memcached.Memcached;
import dev.headroom.testkit.MemcachedNode;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Nodes that come and go between two lives of the application: what was dropped on one is served from no other. */
@Tag("one-jdk")
class ChangedNodesTest {
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

    private static String inOneLife(Memcached memcached, String key, String loaded) {
        try (Caches caches = caches(memcached)) {
            return caches.cache("c", String.class, String.class).get(key, k -> loaded);
        }
    }

    private static Caches caches(Memcached memcached) {
        return Caches.builder().shared(MemcachedTier.on(memcached)).build();
    }

    private static String nodes(int... numbers) {
        return String.join(
                ",", IntStream.of(numbers).mapToObj(ChangedNodesTest::id).toList());
    }

    private static String id(int number) {
        return servers.get(number).hostAndPort();
    }
}
