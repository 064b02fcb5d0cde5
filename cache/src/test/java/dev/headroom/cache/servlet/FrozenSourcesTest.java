package dev.headroom.cache.servlet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.cache.Cache;
import dev.headroom.cache.Caches;
import dev.headroom.cache.Connected;
import dev.headroom.cache.memcached.LeaseMode;
import dev.headroom.cache.memcached.MemcachedTier;
import dev.headroom.codec.Codecs;
import dev.headroom.memcached.Memcached;
import dev.headroom.testkit.MemcachedNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** When a freeze ends, for several instances on one memcached. */
@Tag("one-jdk")
class FrozenSourcesTest {
    private static MemcachedNode server;
    private static Memcached memcached;

    private final String namespace = "f" + UUID.randomUUID();
    private final AtomicLong clock = new AtomicLong();
    private final List<Caches> open = new ArrayList<>();

    @BeforeAll
    static void start() {
        server = MemcachedNode.start();
        memcached = Connected.to(server.hostAndPort(), Duration.ofSeconds(5));
    }

    @AfterAll
    static void stop() {
        memcached.close();
        server.close();
    }

    @AfterEach
    void close() {
        open.forEach(Caches::close);
    }

    private FrozenSources instance(LeaseMode mode) {
        Caches caches = Caches.builder()
                .shared(MemcachedTier.on(memcached, mode))
                .namespace(mode + namespace)
                .cache(
                        "f",
                        cache -> cache.fresh(Duration.ofDays(7))
                                .localFresh(Duration.ofMillis(1))
                                .jitter(0)
                                .codec(Codecs.tlv()
                                        .record(64, Freeze.All.class)
                                        .record(65, Freeze.class)
                                        .build()))
                .build();
        open.add(caches);
        Cache<String, Freeze.All> cache = caches.cache("f", String.class, Freeze.All.class);
        return new FrozenSources(cache, clock::get);
    }

    @ParameterizedTest
    @EnumSource(
            value = LeaseMode.class,
            names = {"META", "CLASSIC"})
    void endsWhenItsTimeIsOverAndForThoseWhoComeLater(LeaseMode mode) {
        FrozenSources one = instance(mode);
        FrozenSources other = instance(mode);
        one.freeze("news.example", Duration.ofSeconds(10));
        Awaitility.await().until(() -> hosts(other).equals(List.of("news.example")));
        assertThat(hosts(one)).containsExactly("news.example");
        clock.addAndGet(Duration.ofSeconds(11).toNanos());
        FrozenSources third = instance(mode);
        for (int i = 0; i < 20; i++) {
            clock.addAndGet(Duration.ofMillis(1).toNanos());
            assertThat(hosts(one)).isEmpty();
            assertThat(hosts(other)).isEmpty();
            assertThat(hosts(third)).isEmpty();
        }
        other.freeze("news.example", Duration.ofSeconds(10));
        Awaitility.await().until(() -> hosts(one).equals(List.of("news.example")));
        assertThat(hosts(other)).containsExactly("news.example");
    }

    private static List<String> hosts(FrozenSources sources) {
        return sources.live().stream().map(FrozenSources.Source::host).toList();
    }
}
