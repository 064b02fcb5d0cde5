package dev.headroom.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.cache.memcached.MemcachedTier;
import dev.headroom.memcached.Memcached;
import dev.headroom.testkit.MemcachedNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The source is down: what is stale is served, and the source is tried by one of all JVMs, now and then. */
@Tag("one-jdk")
class OriginDownTest {
    private static final int JVMS = 4;
    private static final Duration WINDOW = Duration.ofSeconds(1);

    @Test
    void nobodySeesAnErrorAndTheSourceIsTriedOnceAWindow() throws Exception {
        run(Duration.ofSeconds(3), 200);
    }

    @Test
    @Tag("soak")
    void nobodySeesAnErrorForAMinute() throws Exception {
        System.out.println("soak: cache: " + run(Duration.ofSeconds(60), 1000));
    }

    private static String run(Duration time, int perSecond) throws Exception {
        ExecutorService threads = Executors.newCachedThreadPool();
        List<Caches> open = new ArrayList<>();
        try (MemcachedNode server = MemcachedNode.start();
                Memcached memcached = Connected.to(server.hostAndPort(), Duration.ofSeconds(5))) {
            for (int i = 0; i < JVMS; i++) {
                open.add(Caches.builder()
                        .shared(MemcachedTier.on(memcached))
                        .cache(
                                "c",
                                options -> options.fresh(Duration.ofSeconds(1))
                                        .staleIfError(Duration.ofHours(1))
                                        .retryAfterError(WINDOW)
                                        .jitter(0))
                        .build());
            }
            List<Cache<String, String>> caches = new ArrayList<>();
            open.forEach(each -> caches.add(each.cache("c", String.class, String.class)));
            caches.forEach(cache -> cache.get("k", key -> "old"));
            Awaitility.await()
                    .atMost(30, TimeUnit.SECONDS)
                    .until(() -> caches.stream()
                            .allMatch(cache -> cache.peek("k").orElseThrow().state() == Lookup.State.STALE));
            AtomicInteger origin = new AtomicInteger();
            AtomicInteger errors = new AtomicInteger();
            AtomicInteger wrong = new AtomicInteger();
            AtomicLong calls = new AtomicLong();
            long start = System.nanoTime();
            List<Future<?>> runs = new ArrayList<>();
            for (Cache<String, String> cache : caches) {
                runs.add(threads.submit(() -> {
                    long pause = 1_000_000_000L * JVMS / perSecond;
                    for (long at = start; at - start < time.toNanos(); at += pause) {
                        while (System.nanoTime() - at < 0) {
                            LockSupport.parkNanos(at - System.nanoTime());
                        }
                        calls.incrementAndGet();
                        try {
                            String got = cache.get("k", key -> {
                                origin.incrementAndGet();
                                throw new IllegalStateException("down");
                            });
                            wrong.addAndGet(got.equals("old") ? 0 : 1);
                        } catch (RuntimeException failed) {
                            errors.incrementAndGet();
                        }
                    }
                    return null;
                }));
            }
            for (Future<?> run : runs) {
                run.get(time.toSeconds() + 120, TimeUnit.SECONDS);
            }
            long windows = (System.nanoTime() - start) / WINDOW.toNanos() + 1;
            assertThat(errors).hasValue(0);
            assertThat(wrong).hasValue(0);
            assertThat(origin.get()).isBetween(1, (int) windows);
            caches.get(0).refresh("k", key -> "new");
            for (Cache<String, String> cache : caches) {
                Awaitility.await()
                        .atMost(30, TimeUnit.SECONDS)
                        .until(() -> cache.get("k", key -> "new").equals("new"));
            }
            return "source down " + time.toSeconds() + " s, " + JVMS + " caches on one memcached, " + calls
                    + " calls: errors " + errors + ", calls of the source " + origin + " in " + windows
                    + " throttle windows of " + WINDOW;
        } finally {
            open.forEach(Caches::close);
            threads.shutdownNow();
        }
    }
}
