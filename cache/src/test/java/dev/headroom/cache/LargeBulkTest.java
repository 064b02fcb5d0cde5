package dev.headroom.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.cache.memcached.LeaseMode;
import dev.headroom.cache.memcached.MemcachedTier;
import dev.headroom.cache.spi.SharedNode;
import dev.headroom.cache.testing.InMemorySharedTier;
import dev.headroom.memcached.Memcached;
import dev.headroom.testkit.MemcachedNode;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Very many keys in one call, whose load takes longer than several leases last, on a real memcached. */
@Tag("one-jdk")
class LargeBulkTest {
    private final ExecutorService threads = Executors.newCachedThreadPool();

    @AfterEach
    void stop() {
        threads.shutdownNow();
    }

    /** By both ways at the same time, for most of it is waiting; in classic mode each store is an operation of its own. */
    @Test
    void everyLeaseIsHeldUntilTheLoadEnds() throws Exception {
        Future<?> classic = threads.submit(() -> {
            heldUntilTheLoadEnds(LeaseMode.CLASSIC, 1_000);
            return true;
        });
        heldUntilTheLoadEnds(LeaseMode.META, 10_000);
        classic.get(2, TimeUnit.MINUTES);
    }

    private void heldUntilTheLoadEnds(LeaseMode mode, int many) throws Exception {
        try (MemcachedNode server = MemcachedNode.start();
                Memcached first = Connected.to(server.hostAndPort(), Duration.ofSeconds(5));
                Memcached second = Connected.to(server.hostAndPort(), Duration.ofSeconds(5));
                Caches caches = caches(first, mode);
                Caches others = caches(second, mode)) {
            List<Integer> keys = IntStream.range(0, many).boxed().toList();
            ConcurrentLinkedQueue<Integer> loads = new ConcurrentLinkedQueue<>();
            CountDownLatch loading = new CountDownLatch(1);
            CountDownLatch end = new CountDownLatch(1);
            BulkLoader<Integer, String> loader = wanted -> {
                loads.add(wanted.size());
                loading.countDown();
                end.await();
                return values(wanted);
            };
            Future<Map<Integer, String>> one = threads.submit(
                    () -> caches.cache("c", Integer.class, String.class).getAll(keys, loader));
            assertThat(loading.await(60, TimeUnit.SECONDS)).isTrue();
            Future<Map<Integer, String>> other = threads.submit(
                    () -> others.cache("c", Integer.class, String.class).getAll(keys, loader));
            // Three times as long as a lease lasts without a sign of life.
            assertThat(end.await(6, TimeUnit.SECONDS)).isFalse();
            end.countDown();
            assertThat(one.get(60, TimeUnit.SECONDS)).hasSize(many);
            assertThat(other.get(60, TimeUnit.SECONDS)).hasSize(many);
            assertThat(loads).containsExactly(many);
        }
    }

    /** More than this JVM remembers for those who come only now and then. */
    @Test
    void allLeasesOfAJvmThatDiedAreTakenOver() {
        InMemorySharedTier tier = new InMemorySharedTier();
        List<Integer> keys = IntStream.range(0, 12_000).boxed().toList();
        EntryOptions stale = EntryOptions.defaults()
                .withFresh(Duration.ofMillis(1))
                .withStaleIfError(Duration.ofHours(1))
                .withJitter(0);
        try (Caches caches = caches(tier);
                Caches others = caches(tier)) {
            caches.cache("c", Integer.class, String.class).getAll(keys, LargeBulkTest::values, stale);
            SharedNode node = tier.nodes().get(0);
            List<String> names =
                    keys.stream().map(key -> "headroom:c:v1:tlv1:i:" + key).toList();
            Map<String, Long> versions = new HashMap<>();
            node.readAll(names).forEach((name, read) -> versions.put(name, read.version()));
            assertThat(node.leaseAll(versions, Duration.ofSeconds(2)).values())
                    .hasSize(keys.size())
                    .allSatisfy(read -> assertThat(read.lease()).isNotNull());
            assertThat(others.cache("c", Integer.class, String.class)
                            .getAll(keys, wanted -> {
                                Map<Integer, String> values = values(wanted);
                                values.replaceAll((key, value) -> "new");
                                return values;
                            })
                            .values())
                    .hasSize(keys.size())
                    .containsOnly("new");
        }
    }

    private static Caches caches(InMemorySharedTier tier) {
        return Caches.builder()
                .shared(tier)
                .defaults(options -> options.maximumSize(20_000).waitAtMost(Duration.ofSeconds(20)))
                .build();
    }

    private static Map<Integer, String> values(Set<Integer> keys) {
        Map<Integer, String> values = new HashMap<>();
        keys.forEach(key -> values.put(key, "" + key));
        return values;
    }

    private static Caches caches(Memcached memcached, LeaseMode mode) {
        return Caches.builder()
                .shared(MemcachedTier.on(memcached, mode))
                .defaults(options -> options.maximumSize(20_000).waitAtMost(Duration.ofSeconds(60)))
                .build();
    }
}
