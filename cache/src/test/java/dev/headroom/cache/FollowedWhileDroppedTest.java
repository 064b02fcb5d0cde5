package dev.headroom.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headroom.cache.memcached.LeaseMode;
import dev.headroom.cache.memcached.MemcachedTier;
import dev.headroom.cache.spi.SharedTier;
import dev.headroom.cache.testing.InMemorySharedTier;
import dev.headroom.memcached.Memcached;
import dev.headroom.testkit.MemcachedNode;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever a load asks of the node while another JVM drops the value before: nothing that was made of that one is there when the drop has ended. */
@Tag("one-jdk")
class FollowedWhileDroppedTest {
    private static final Map<String, BiConsumer<Cache<String, String>, String>> DROPS = Map.of(
            "key",
            Cache::invalidate,
            "tag",
            (cache, key) -> cache.invalidateTag("t"),
            "all",
            (cache, key) -> cache.clear());

    private static MemcachedNode server;
    private static Memcached memcached;

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

    static Stream<SharedTier> tiers() {
        return Stream.of(
                new InMemorySharedTier(),
                MemcachedTier.on(memcached, LeaseMode.META),
                MemcachedTier.on(memcached, LeaseMode.CLASSIC));
    }

    @ParameterizedTest
    @MethodSource("tiers")
    void aRefreshStoresNothingOfIt(SharedTier tier) {
        for (Map.Entry<String, BiConsumer<Cache<String, String>, String>> drop : DROPS.entrySet()) {
            int before = 0;
            int operation = 1;
            for (int drops = 1; drops > before; operation++) {
                before = drops;
                drops += dropped(tier, operation, drop.getKey(), drop.getValue());
            }
            assertThat(operation).as("operations of a refresh").isGreaterThan(4);
        }
    }

    /** Says how often that was. */
    private static int dropped(SharedTier tier, int at, String what, BiConsumer<Cache<String, String>, String> drop) {
        AtomicInteger left = new AtomicInteger();
        AtomicInteger drops = new AtomicInteger();
        String key = UUID.randomUUID().toString();
        try (Caches others = deaf(tier);
                Caches mine = deaf(new WatchedTier(tier, operation -> {
                    if (left.decrementAndGet() == 0) {
                        drop.accept(cache(others), key);
                        drops.incrementAndGet();
                    }
                }))) {
            cache(others).get(key, FollowedWhileDroppedTest::followed);
            left.set(at);
            cache(mine).refresh(key, FollowedWhileDroppedTest::followed);
            left.set(0);
            if (drops.get() > 0) {
                assertThat(cache(others).get(key, k -> "new"))
                        .as("dropped by %s at operation %s", what, at)
                        .isIn("new", "+");
            }
        }
        return drops.get();
    }

    /** That it may be served if the load fails, too, is over when it is dropped. */
    @Test
    void whatWentBeforeTheLeaseCoversNoFailure() {
        ManualClock clock = new ManualClock();
        InMemorySharedTier tier = new InMemorySharedTier(clock);
        CachesBuilder builder = Caches.builder()
                .clock(clock)
                .journalEvery(Duration.ZERO)
                .defaults(options -> options.jitter(0).staleIfError(Duration.ofHours(1)));
        try (Caches others = builder.shared(tier).build();
                Caches mine = builder.shared(new WatchedTier(tier, operation -> {
                            if (operation.equals("lease")) {
                                cache(others).invalidate("k");
                            }
                        }))
                        .build()) {
            cache(others).get("k", key -> "1");
            clock.advance(Duration.ofMinutes(6));
            assertThatThrownBy(() -> cache(mine).get("k", key -> {
                        throw new IllegalStateException("source");
                    }))
                    .hasMessage("source");
        }
    }

    private static Caches deaf(SharedTier tier) {
        return Caches.builder().shared(tier).journalEvery(Duration.ZERO).build();
    }

    private static Cache<String, String> cache(Caches caches) {
        return caches.cache("c", String.class, String.class);
    }

    private static String followed(String key, LoadContext<String> context) {
        context.tags("t");
        return context.stale().orElse("") + "+";
    }
}
