package dev.headroom.cache.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headroom.cache.CacheMode;
import dev.headroom.cache.CacheStats;
import dev.headroom.cache.Caches;
import dev.headroom.cache.testing.InMemorySharedTier;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.cache.Cache;
import org.springframework.cache.CacheManager;
import org.springframework.cache.annotation.CacheEvict;
import org.springframework.cache.annotation.CachePut;
import org.springframework.cache.annotation.Cacheable;
import org.springframework.cache.annotation.EnableCaching;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

class HeadroomCacheManagerTest {
    private final AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext(App.class);
    private final Caches caches = context.getBean(Caches.class);
    private final Products products = context.getBean(Products.class);
    private final CountDownLatch go = new CountDownLatch(1);
    private final ExecutorService threads = Executors.newCachedThreadPool();

    @AfterEach
    void stop() {
        context.close();
        threads.shutdownNow();
    }

    /** As an application has it. */
    @Configuration
    @Import(Services.class)
    static class App {
        @Bean
        Caches caches() {
            return Caches.builder()
                    .cache("known", options -> options.negative(Duration.ofMinutes(1)))
                    .build();
        }
    }

    /** What makes use of the caches. */
    @Configuration
    @EnableCaching
    static class Services {
        @Bean
        CacheManager cacheManager(Caches caches) {
            return new HeadroomCacheManager(caches);
        }

        @Bean
        Products products() {
            return new Products();
        }
    }

    /** A service with Spring's annotations. */
    static class Products {
        private final AtomicInteger calls = new AtomicInteger();
        private volatile CountDownLatch go = new CountDownLatch(0);

        @Cacheable(cacheNames = "products", sync = true)
        public String find(String id) {
            await();
            return id + " " + calls.incrementAndGet();
        }

        @Cacheable(cacheNames = "plain")
        public String plain(String id) {
            return id + " " + calls.incrementAndGet();
        }

        @Cacheable(cacheNames = "async", sync = true)
        public CompletableFuture<String> later(String id) {
            return CompletableFuture.supplyAsync(() -> {
                await();
                return id + " " + calls.incrementAndGet();
            });
        }

        @Cacheable(cacheNames = "known", sync = true)
        public @Nullable String missing(String id) {
            calls.incrementAndGet();
            return null;
        }

        @Cacheable(cacheNames = "products", sync = true)
        public String broken(String id) throws IOException {
            calls.incrementAndGet();
            throw new IOException("down");
        }

        @CachePut(cacheNames = "products", key = "#id")
        public String save(String id, String title) {
            return title;
        }

        @CacheEvict(cacheNames = "products")
        public void delete(String id) {}

        // Not fields: what the context gives is a proxy of a class, with fields of its own.
        public AtomicInteger calls() {
            return calls;
        }

        public void hold(CountDownLatch until) {
            go = until;
        }

        private void await() {
            try {
                go.await(20, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Test
    void syncLoadsOnceForAllWhoWantIt() {
        loadsOnceForAllWhoWantIt(List.of(context));
    }

    @Test
    void syncLoadsOnceForAllInAnyJvmWhoWantIt() {
        InMemorySharedTier tier = new InMemorySharedTier();
        try (AnnotationConfigApplicationContext one = sharing(tier);
                AnnotationConfigApplicationContext other = sharing(tier)) {
            loadsOnceForAllWhoWantIt(List.of(one, other));
        }
    }

    private static AnnotationConfigApplicationContext sharing(InMemorySharedTier tier) {
        AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext();
        context.registerBean(Caches.class, () -> Caches.builder().shared(tier).build());
        context.register(Services.class);
        context.refresh();
        return context;
    }

    private void loadsOnceForAllWhoWantIt(List<AnnotationConfigApplicationContext> contexts) {
        List<Products> all =
                contexts.stream().map(each -> each.getBean(Products.class)).toList();
        all.forEach(each -> each.hold(go));
        List<CompletableFuture<String>> callers = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            Products one = all.get(i % all.size());
            callers.add(CompletableFuture.supplyAsync(() -> one.find("42"), threads));
        }
        Awaitility.await()
                .until(() -> contexts.stream()
                                .mapToLong(each -> each.getBean(Caches.class)
                                        .cache("products", Object.class, Object.class)
                                        .stats()
                                        .misses())
                                .sum()
                        == 50);
        go.countDown();
        callers.forEach(caller -> assertThat(caller.join()).isEqualTo("42 1"));
        assertThat(all.stream().mapToInt(each -> each.calls().get()).sum()).isEqualTo(1);
    }

    @Test
    void asynchronousMethodsLoadOnceToo() {
        products.hold(go);
        List<CompletableFuture<String>> callers = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            callers.add(products.later("42"));
        }
        assertThat(callers).noneMatch(CompletableFuture::isDone);
        go.countDown();
        callers.forEach(caller -> assertThat(caller.join()).isEqualTo("42 1"));
        assertThat(products.later("42")).isCompletedWithValue("42 1");
        assertThat(products.calls()).hasValue(1);
    }

    @Test
    void keepsPutsAndEvicts() {
        assertThat(products.find("1")).isEqualTo("1 1");
        products.save("1", "new");
        assertThat(products.find("1")).isEqualTo("new");
        products.delete("1");
        assertThat(products.find("1")).isEqualTo("1 2");
        assertThat(products.plain("1")).isEqualTo("1 3");
        assertThat(products.plain("1")).isEqualTo("1 3");
    }

    @Test
    void keepsANullWhereTheCacheIsToldTo() {
        assertThat(products.missing("x")).isNull();
        assertThat(products.missing("x")).isNull();
        assertThat(products.calls()).hasValue(1);
    }

    @Test
    void throwsWhatTheMethodThrewAndKeepsNothing() {
        assertThatThrownBy(() -> products.broken("1"))
                .isInstanceOf(IOException.class)
                .hasMessage("down");
        assertThatThrownBy(() -> products.broken("1")).isInstanceOf(IOException.class);
        assertThat(products.calls()).hasValue(2);
    }

    @Test
    void anAsynchronousFailureIsTheFutures() {
        Cache cache = context.getBean(CacheManager.class).getCache("direct");
        CompletableFuture<String> failed =
                cache.retrieve("k", () -> CompletableFuture.failedFuture(new IOException("down")));
        assertThatThrownBy(failed::join).isInstanceOf(CompletionException.class).hasRootCauseMessage("down");
        assertThat(cache.retrieve("k")).isNull();
    }

    @Test
    void whatAnotherJvmPutIsSeenAfterAWhile() {
        AtomicLong clock = new AtomicLong(1);
        InMemorySharedTier tier = new InMemorySharedTier();
        try (Caches one = sharing(tier, clock);
                Caches other = sharing(tier, clock)) {
            Cache mine = new HeadroomCacheManager(one, Runnable::run).getCache("c");
            dev.headroom.cache.Cache<Object, Object> theirs = other.cache("c", Object.class, Object.class);
            AtomicInteger calls = new AtomicInteger();
            Supplier<CompletableFuture<String>> method =
                    () -> CompletableFuture.completedFuture("old" + calls.incrementAndGet());
            assertThat(mine.retrieve("k", method)).isCompletedWithValue("old1");
            assertThat(mine.get("k").get()).isEqualTo("old1");
            theirs.put("k", "new");
            assertThat(mine.retrieve("k", method)).isCompletedWithValue("old1");
            clock.addAndGet(Duration.ofSeconds(31).toNanos());
            assertThat(mine.get("k")).isNull();
            assertThat(mine.get("k", String.class)).isNull();
            assertThat(mine.retrieve("k")).isNull();
            assertThat(mine.retrieve("k", method)).isCompletedWithValue("new");
            assertThat(mine.get("k").get()).isEqualTo("new");
            assertThat(calls).hasValue(1);
        }
    }

    private static Caches sharing(InMemorySharedTier tier, AtomicLong clock) {
        return Caches.builder()
                .shared(tier)
                .journalEvery(Duration.ZERO)
                .clock(clock::get)
                .build();
    }

    @Test
    void countsWhatSpringAsksForAndAnswersNothingWhileOff() {
        Cache cache = context.getBean(CacheManager.class).getCache("counted");
        assertThat(cache.get("k")).isNull();
        cache.put("k", "v");
        assertThat(cache.get("k").get()).isEqualTo("v");
        CacheStats counted = caches.cache("counted", Object.class, Object.class).stats();
        assertThat(List.of(counted.hits(), counted.misses())).containsExactly(1L, 1L);
        caches.mode(CacheMode.OFF);
        assertThat(cache.get("k")).isNull();
    }

    @Test
    void putIfAbsentOverwritesNoStaleValue() {
        AtomicLong clock = new AtomicLong(1);
        AtomicInteger refreshed = new AtomicInteger();
        Executor atOnce = refresh -> {
            refresh.run();
            refreshed.incrementAndGet();
        };
        try (Caches stale = Caches.builder()
                .clock(clock::get)
                .refreshExecutor(atOnce)
                .defaults(options -> options.fresh(Duration.ofMinutes(1))
                        .staleWhileRevalidate(Duration.ofMinutes(1))
                        .staleIfError(Duration.ofMinutes(5)))
                .build()) {
            Cache cache = new HeadroomCacheManager(stale, Runnable::run).getCache("c");
            cache.put("k", "first");
            for (int seconds : new int[] {90, 60}) {
                clock.addAndGet(Duration.ofSeconds(seconds).toNanos());
                assertThat(cache.putIfAbsent("k", "second").get()).isEqualTo("first");
                assertThat(stale.cache("c", Object.class, Object.class)
                                .peek("k")
                                .orElseThrow()
                                .value())
                        .isEqualTo("first");
            }
            assertThat(refreshed).hasValue(1);
            clock.addAndGet(Duration.ofMinutes(10).toNanos());
            assertThat(cache.putIfAbsent("k", "third")).isNull();
            assertThat(cache.get("k").get()).isEqualTo("third");
        }
    }

    @Test
    void putIfAbsentRefreshesNothingInTheBackground() {
        AtomicLong clock = new AtomicLong(1);
        List<Runnable> later = new ArrayList<>();
        InMemorySharedTier tier = new InMemorySharedTier(clock::get);
        try (Caches early = Caches.builder()
                        .clock(clock::get)
                        .shared(tier)
                        .journalEvery(Duration.ZERO)
                        .refreshExecutor(later::add)
                        .defaults(options -> options.fresh(Duration.ofMinutes(1))
                                .localFresh(Duration.ofMinutes(1))
                                .jitter(0)
                                .earlyRefresh(0.5))
                        .build();
                Caches another = Caches.builder()
                        .clock(clock::get)
                        .shared(tier)
                        .journalEvery(Duration.ZERO)
                        .build()) {
            Cache cache = new HeadroomCacheManager(early, Runnable::run).getCache("c");
            cache.put("k", "first");
            another.cache("c", Object.class, Object.class).invalidate("k"); // as if the tier had evicted it
            clock.addAndGet(Duration.ofSeconds(40).toNanos());
            assertThat(cache.putIfAbsent("k", "second").get()).isEqualTo("first");
            assertThat(later).hasSize(1);
            later.remove(0).run();
            assertThat(cache.get("k").get()).isEqualTo("first");
        }
    }

    @Test
    void isACacheByTheLetterOfSpring() {
        Cache cache = context.getBean(CacheManager.class).getCache("direct");
        assertThat(cache.getName()).isEqualTo("direct");
        assertThat(cache.get("k")).isNull();
        assertThat(cache.putIfAbsent("k", 1)).isNull();
        assertThat(cache.putIfAbsent("k", 2).get()).isEqualTo(1);
        assertThat(cache.get("k", Integer.class)).isEqualTo(1);
        assertThatThrownBy(() -> cache.get("k", String.class)).isInstanceOf(IllegalStateException.class);
        assertThat(cache.retrieve("k").join()).isInstanceOf(Cache.ValueWrapper.class);
        assertThat(cache.evictIfPresent("k")).isTrue();
        assertThat(cache.evictIfPresent("k")).isFalse();
        assertThatThrownBy(() -> cache.get("k", () -> {
                    throw new IllegalStateException("down");
                }))
                .isInstanceOf(Cache.ValueRetrievalException.class)
                .hasCauseInstanceOf(IllegalStateException.class);
        cache.put("k", 3);
        assertThat(cache.invalidate()).isTrue();
        assertThat(cache.get("k")).isNull();
        assertThat(context.getBean(CacheManager.class).getCacheNames()).contains("direct");
    }
}
