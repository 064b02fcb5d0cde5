package dev.headroom.cache.jcache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headroom.config.ConfigurationException;
import java.lang.ref.WeakReference;
import java.lang.reflect.Proxy;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.cache.Cache;
import javax.cache.CacheManager;
import javax.cache.Caching;
import javax.cache.configuration.FactoryBuilder;
import javax.cache.configuration.MutableCacheEntryListenerConfiguration;
import javax.cache.configuration.MutableConfiguration;
import javax.cache.event.CacheEntryCreatedListener;
import javax.cache.event.CacheEntryEvent;
import javax.cache.event.CacheEntryUpdatedListener;
import javax.cache.integration.CacheLoader;
import javax.cache.integration.CompletionListener;
import javax.cache.integration.CompletionListenerFuture;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What the compatibility kit does not ask. */
class StandardCacheTest {
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final CacheManager manager = manager("100");

    private static CacheManager manager(String maximumSize) {
        Properties properties = new Properties();
        properties.setProperty(HeadroomCachingProvider.MAXIMUM_SIZE, maximumSize);
        return Caching.getCachingProvider().getCacheManager(URI.create("test:" + System.nanoTime()), null, properties);
    }

    @AfterEach
    void stop() {
        manager.close();
        threads.shutdownNow();
    }

    /** Serialisable configurations hold singletons: JCache wants factories. */
    private static <T> javax.cache.configuration.Factory<T> same(T instance) {
        return () -> instance;
    }

    @Test
    void listenersHaveCopiesOfTheirOwn() {
        List<List<String>> seen = new CopyOnWriteArrayList<>();
        MutableConfiguration<String, ArrayList<String>> configuration = new MutableConfiguration<>();
        for (boolean synchronous : new boolean[] {true, true, false}) {
            CacheEntryCreatedListener<String, ArrayList<String>> listener = events -> events.forEach(event -> {
                seen.add(new ArrayList<>(event.getValue()));
                event.getValue().clear();
            });
            configuration.addCacheEntryListenerConfiguration(
                    new MutableCacheEntryListenerConfiguration<>(same(listener), null, false, synchronous));
        }
        Cache<String, ArrayList<String>> cache = manager.createCache("copies", configuration);
        ArrayList<String> mine = new ArrayList<>(List.of("a"));
        cache.put("k", mine);
        assertThat(mine).containsExactly("a");
        mine.add("b");
        assertThat(cache.get("k")).containsExactly("a");
        Awaitility.await().until(() -> seen.size() == 3);
        assertThat(seen).containsOnly(List.of("a"));
    }

    @Test
    void aManagerGoesWithItsClassLoader() throws Exception {
        WeakReference<ClassLoader> loader = new WeakReference<>(loaderWithACache());
        Awaitility.await().atMost(60, TimeUnit.SECONDS).until(() -> {
            System.gc();
            return loader.get() == null;
        });
    }

    /** Whose cache holds an object of a class that the loader has defined. */
    private static ClassLoader loaderWithACache() throws Exception {
        ClassLoader loader = new URLClassLoader(new URL[0], StandardCacheTest.class.getClassLoader());
        Object own = Proxy.newProxyInstance(
                loader,
                new Class<?>[] {Runnable.class},
                (proxy, method, arguments) -> method.getName().equals("hashCode") ? 1 : null);
        CacheManager manager = Caching.getCachingProvider().getCacheManager(null, loader);
        assertThat(Caching.getCachingProvider().getCacheManager(null, loader)).isSameAs(manager);
        Cache<String, Object> cache = manager.createCache(
                "own",
                new MutableConfiguration<String, Object>()
                        .setStoreByValue(false)
                        .setTypes(String.class, Object.class));
        cache.put("k", own);
        return loader;
    }

    @Test
    void aKeyIsLoadedOnceForAllWhoReadItAtTheSameTime() throws Exception {
        AtomicInteger loads = new AtomicInteger();
        CountDownLatch go = new CountDownLatch(1);
        CacheLoader<String, String> loader = new CacheLoader<>() {
            @Override
            public String load(String key) {
                try {
                    assertThat(go.await(20, TimeUnit.SECONDS)).isTrue();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
                return key + " " + loads.incrementAndGet();
            }

            @Override
            public Map<String, String> loadAll(Iterable<? extends String> keys) {
                Map<String, String> all = new HashMap<>();
                keys.forEach(key -> all.put(key, load(key)));
                return all;
            }
        };
        Cache<String, String> cache = manager.createCache(
                "c",
                new MutableConfiguration<String, String>().setReadThrough(true).setCacheLoaderFactory(same(loader)));
        List<Future<String>> readers = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            readers.add(threads.submit(() -> cache.get("k")));
        }
        go.countDown();
        for (Future<String> reader : readers) {
            assertThat(reader.get(20, TimeUnit.SECONDS)).isEqualTo("k 1");
        }
    }

    @Test
    void holdsNoMoreThanTheManagerAllows() {
        Cache<Integer, String> cache =
                manager.createCache("c", new MutableConfiguration<Integer, String>().setStatisticsEnabled(true));
        for (int i = 0; i < 1_000; i++) {
            cache.put(i, "v");
        }
        int held = 0;
        for (Cache.Entry<Integer, String> entry : cache) {
            held += entry.getValue().length();
        }
        assertThat(held).isBetween(1, 100);
        assertThatThrownBy(() -> manager("0"))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("headroom.maximumSize: 0 (expected: >= 1)");
        assertThatThrownBy(() -> manager("many"))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("headroom.maximumSize: many (expected: >= 1)");
    }

    /** Hears of one key from several threads. */
    private static final class Ears
            implements CacheEntryCreatedListener<String, Integer>, CacheEntryUpdatedListener<String, Integer> {
        private final List<Integer> heard = new CopyOnWriteArrayList<>();

        @Override
        public void onCreated(Iterable<CacheEntryEvent<? extends String, ? extends Integer>> events) {
            events.forEach(event -> heard.add(event.getValue()));
        }

        @Override
        public void onUpdated(Iterable<CacheEntryEvent<? extends String, ? extends Integer>> events) {
            onCreated(events);
        }
    }

    @Test
    void anAsynchronousListenerHearsOfAKeyInTheOrderOfItsChanges() throws Exception {
        Ears ears = new Ears();
        Cache<String, Integer> cache = manager.createCache("c", new MutableConfiguration<String, Integer>());
        cache.registerCacheEntryListener(new MutableCacheEntryListenerConfiguration<>(same(ears), null, false, false));
        List<Future<?>> writers = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            writers.add(threads.submit(() -> {
                for (int n = 0; n < 100; n++) {
                    cache.invoke("k", (entry, arguments) -> {
                        entry.setValue(entry.exists() ? entry.getValue() + 1 : 1);
                        return null;
                    });
                }
            }));
        }
        for (Future<?> writer : writers) {
            writer.get(20, TimeUnit.SECONDS);
        }
        Awaitility.await().until(() -> ears.heard.size() == 400);
        assertThat(ears.heard).isSorted().doesNotHaveDuplicates();
        assertThat(cache.get("k")).isEqualTo(400);
    }

    @Test
    void whoWaitsForLoadAllIsToldOfAnErrorAndOnlyOnce() {
        Cache<String, String> cache = manager.createCache(
                "c",
                new MutableConfiguration<String, String>()
                        .setReadThrough(true)
                        .setCacheLoaderFactory(same(new CacheLoader<>() {
                            @Override
                            public String load(String key) {
                                throw new NoClassDefFoundError(key);
                            }

                            @Override
                            public Map<String, String> loadAll(Iterable<? extends String> keys) {
                                if (keys.iterator().next().equals("bad")) {
                                    throw new NoClassDefFoundError("as asked");
                                }
                                return Map.of("good", "1");
                            }
                        })));
        List<String> told = new CopyOnWriteArrayList<>();
        CompletionListener listener = new CompletionListener() {
            @Override
            public void onCompletion() {
                told.add("completed");
                throw new IllegalStateException("a listener that fails");
            }

            @Override
            public void onException(Exception failure) {
                Throwable root = failure;
                while (root.getCause() != null) {
                    root = root.getCause();
                }
                told.add(root.getMessage());
            }
        };
        cache.loadAll(Set.of("bad"), true, listener);
        ConditionFactory eventually = Awaitility.dontCatchUncaughtExceptions().await();
        eventually.until(() -> told.equals(List.of("as asked")));
        cache.loadAll(Set.of("good"), true, listener);
        eventually.during(Duration.ofMillis(200)).until(() -> told.equals(List.of("as asked", "completed")));
    }

    /** Loads several keys at once, when it is told to go on. */
    private static final class Together implements CacheLoader<String, String> {
        private final CountDownLatch loading = new CountDownLatch(1);
        private final CountDownLatch go = new CountDownLatch(1);
        private final List<Set<String>> calls = new CopyOnWriteArrayList<>();

        @Override
        public String load(String key) {
            return key + " alone";
        }

        @Override
        public Map<String, String> loadAll(Iterable<? extends String> keys) {
            Map<String, String> all = new HashMap<>();
            keys.forEach(key -> all.put(key, key + " old"));
            calls.add(Set.copyOf(all.keySet()));
            loading.countDown();
            try {
                assertThat(go.await(20, TimeUnit.SECONDS)).isTrue();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            return all;
        }
    }

    private Cache<String, String> loading(CacheLoader<String, String> loader) {
        return manager.createCache(
                "c",
                new MutableConfiguration<String, String>().setReadThrough(true).setCacheLoaderFactory(same(loader)));
    }

    @Test
    void whatIsChangedWhileSeveralAreLoadedIsNotOverwritten() throws Exception {
        Together loader = new Together();
        Cache<String, String> cache = loading(loader);
        cache.put("removed", "v");
        CompletionListenerFuture done = new CompletionListenerFuture();
        cache.loadAll(Set.of("removed", "absent", "put", "loaded"), true, done);
        assertThat(loader.loading.await(20, TimeUnit.SECONDS)).isTrue();
        cache.remove("removed");
        cache.remove("absent");
        cache.put("put", "new");
        loader.go.countDown();
        done.get(20, TimeUnit.SECONDS);
        assertThat(cache.containsKey("removed")).isFalse();
        assertThat(cache.containsKey("absent")).isFalse();
        assertThat(cache.get("put")).isEqualTo("new");
        assertThat(cache.get("loaded")).isEqualTo("loaded old");
    }

    @Test
    void severalKeysThatAreReadAreLoadedByOneCall() throws Exception {
        Together loader = new Together();
        Cache<String, String> cache = loading(loader);
        cache.put("held", "v");
        Future<Map<String, String>> all = threads.submit(() -> cache.getAll(Set.of("held", "a", "b", "removed")));
        assertThat(loader.loading.await(20, TimeUnit.SECONDS)).isTrue();
        cache.remove("removed");
        cache.put("b", "new");
        loader.go.countDown();
        assertThat(all.get(20, TimeUnit.SECONDS))
                .containsOnly(
                        Map.entry("held", "v"),
                        Map.entry("a", "a old"),
                        Map.entry("b", "new"),
                        Map.entry("removed", "removed old"));
        assertThat(loader.calls).containsExactly(Set.of("a", "b", "removed"));
        assertThat(cache.containsKey("removed")).isFalse();
        assertThat(cache.get("a")).isEqualTo("a old");
    }

    @Test
    void aListenerThatHangsIsToldOfTenThousandChangesAndNotOfMore() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        AtomicInteger heard = new AtomicInteger();
        CacheEntryCreatedListener<Integer, Integer> hangs = events -> {
            try {
                assertThat(go.await(20, TimeUnit.SECONDS)).isTrue();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            heard.incrementAndGet();
        };
        Cache<Integer, Integer> cache = manager.createCache("c", new MutableConfiguration<Integer, Integer>());
        cache.registerCacheEntryListener(new MutableCacheEntryListenerConfiguration<>(same(hangs), null, false, false));
        for (int key = 0; key < 11_000; key++) {
            cache.put(key, key);
        }
        go.countDown();
        Awaitility.await().until(() -> heard.get() >= 10_000);
        Awaitility.await().during(Duration.ofMillis(200)).until(() -> heard.get() <= 10_001);
    }

    @Test
    void isFoundByNameToo() {
        assertThat(Caching.getCachingProvider(HeadroomCachingProvider.class.getName()))
                .isInstanceOf(HeadroomCachingProvider.class);
        assertThat(FactoryBuilder.factoryOf(HeadroomCachingProvider.class).create())
                .isNotNull();
    }
}
