package dev.headroom.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headroom.cache.testing.InMemorySharedTier;
import dev.headroom.config.ConfigurationException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a loader may say, and how long callers wait for it. */
class LoadContextTest {
    private final ManualClock clock = new ManualClock();
    private final Caches caches = Caches.builder()
            .clock(clock)
            .defaults(options -> options.jitter(0).staleIfError(Duration.ofHours(1)))
            .cache("soft", options -> options.softTimeout(Duration.ofMillis(20)))
            .cache("hard", options -> options.hardTimeout(Duration.ofMillis(20)))
            .cache("xfetch", options -> options.fresh(Duration.ofSeconds(10)).refreshBeta(1))
            .build();
    private final Cache<String, String> cache = caches.cache("c", String.class, String.class);

    @AfterEach
    void close() {
        caches.close();
    }

    @Test
    void aRefreshIsToldOfTheFormerValueWhosever() {
        InMemorySharedTier tier = new InMemorySharedTier(clock);
        CachesBuilder sharing =
                Caches.builder().clock(clock).shared(tier).defaults(each -> each.staleIfError(Duration.ofHours(1)));
        try (Caches one = sharing.build();
                Caches another = sharing.build()) {
            Cache<String, String> writer = one.cache("c", String.class, String.class);
            Cache<String, String> reader = another.cache("c", String.class, String.class);
            writer.get("k", (key, context) -> {
                context.tags("t").etag("e1");
                return "1";
            });
            assertThat(reader.refresh("k", (key, context) -> {
                        assertThat(context.etag()).contains("e1");
                        return context.stale().orElse("") + "2";
                    }))
                    .as("the tier's, fresh")
                    .isEqualTo("12");
            assertThat(writer.refresh("k", LoadContextTest::followed)).isEqualTo("12+");
            assertThatThrownBy(() -> writer.refresh("k", (key, context) -> {
                        throw new IllegalStateException("not covered");
                    }))
                    .hasMessage("not covered");
            assertThat(writer.get("k", key -> "not loaded")).isEqualTo("12+");
            writer.refresh("k", (key, context) -> {
                context.tags("t");
                return "tagged";
            });
            reader.invalidateTag("t");
            assertThat(writer.refresh("k", LoadContextTest::followed))
                    .as("invalidated")
                    .isEqualTo("+");
        }
        assertThat(cache.refresh("k", LoadContextTest::followed)).isEqualTo("+");
        assertThat(cache.refresh("k", LoadContextTest::followed))
                .as("this JVM's")
                .isEqualTo("++");
        cache.invalidate("k");
        assertThat(cache.refresh("k", LoadContextTest::followed)).isEqualTo("+");
        caches.mode(CacheMode.OFF);
        assertThat(cache.refresh("k", LoadContextTest::followed)).isEqualTo("+");
    }

    private static String followed(String key, LoadContext<String> context) {
        return context.stale().orElse("") + "+";
    }

    @Test
    void theLoaderSaysHowLongItsValueIsFresh() {
        cache.get("k", (key, context) -> {
            context.fresh(Duration.ofSeconds(1));
            return "short";
        });
        clock.advance(Duration.ofSeconds(2));
        assertThat(cache.get("k", key -> "next")).isEqualTo("next");
        clock.advance(Duration.ofSeconds(2));
        assertThat(cache.get("k", key -> "third")).isEqualTo("next");
    }

    @Test
    void whatHasNotChangedAtItsSourceIsKeptWithItsTagsForAnotherTime() {
        cache.get("k", (key, context) -> {
            assertThat(context.etag()).isEmpty();
            assertThatThrownBy(context::notModified).isInstanceOf(IllegalStateException.class);
            context.etag("e1").tags("t");
            return "1";
        });
        for (int i = 0; i < 2; i++) {
            clock.advance(Duration.ofMinutes(6));
            String value = cache.get("k", (key, context) -> {
                assertThat(context.etag()).contains("e1");
                assertThat(context.stale()).contains("1");
                return context.notModified();
            });
            assertThat(value).isEqualTo("1");
            assertThat(cache.get("k", key -> "not loaded")).isEqualTo("1");
        }
        cache.invalidateTag("t");
        assertThat(cache.get("k", key -> "2")).isEqualTo("2");
    }

    @Test
    void aLoaderMayRefuseToHaveItsValueKept() {
        String value = cache.get("k", (key, context) -> {
            context.doNotCache();
            return "partial";
        });
        assertThat(value).isEqualTo("partial");
        assertThat(cache.peek("k")).isEmpty();
    }

    @Test
    void aTagIsNotBlank() {
        assertThatThrownBy(() -> cache.get("k", (key, context) -> {
                    context.tags(" ");
                    return "";
                }))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("tag");
    }

    @Test
    void aCallerWithAStaleValueWaitsNoLongerThanItsSoftTimeoutAndTheLoadIsStored() {
        Cache<String, String> soft = caches.cache("soft", String.class, String.class);
        soft.put("k", "old");
        clock.advance(Duration.ofMinutes(6));
        CountDownLatch finish = new CountDownLatch(1);
        String served = soft.get("k", key -> {
            finish.await();
            return "new";
        });
        assertThat(served).isEqualTo("old");
        finish.countDown();
        Awaitility.await()
                .atMost(20, TimeUnit.SECONDS)
                .until(() -> soft.peek("k").map(Lookup::value).orElse("").equals("new"));
    }

    @Test
    void aCallerWithoutAValueWaitsNoLongerThanItsHardTimeoutAndTheLoadIsStored() {
        Cache<String, String> hard = caches.cache("hard", String.class, String.class);
        CountDownLatch finish = new CountDownLatch(1);
        assertThatThrownBy(() -> hard.get("k", key -> {
                    finish.await();
                    return "late";
                }))
                .isInstanceOf(CacheTimeoutException.class)
                .hasMessageContaining("20 ms");
        assertThat(hard.peek("k")).isEmpty();
        finish.countDown();
        Awaitility.await()
                .atMost(20, TimeUnit.SECONDS)
                .until(() -> hard.peek("k").isPresent());
        assertThat(hard.get("k", key -> "not loaded")).isEqualTo("late");
    }

    @Test
    void aLoadThatFailsAfterItsTimeoutStoresNothing() {
        Cache<String, String> hard = caches.cache("hard", String.class, String.class);
        CountDownLatch finish = new CountDownLatch(1);
        AtomicInteger failed = new AtomicInteger();
        assertThatThrownBy(() -> hard.get("k", key -> {
                    finish.await();
                    failed.incrementAndGet();
                    throw new IllegalStateException("no");
                }))
                .isInstanceOf(CacheTimeoutException.class);
        finish.countDown();
        Awaitility.await().atMost(20, TimeUnit.SECONDS).until(() -> failed.get() == 1);
        assertThat(hard.peek("k")).isEmpty();
    }

    @Test
    void nearItsEndAValueIsRefreshedAtRandom() {
        Cache<String, Integer> xfetch = caches.cache("xfetch", String.class, Integer.class);
        AtomicInteger loads = new AtomicInteger();
        Loader<String, Integer> loader = key -> {
            TimeUnit.MILLISECONDS.sleep(5);
            return loads.incrementAndGet();
        };
        xfetch.get("k", loader);
        for (int i = 0; i < 1000; i++) {
            xfetch.get("k", loader);
        }
        assertThat(loads).hasValue(1);
        // A nanosecond before the end: the chance to refresh is as good as certain.
        clock.advance(Duration.ofSeconds(10).minusNanos(1));
        assertThat(xfetch.get("k", loader)).isEqualTo(1);
        Awaitility.await().atMost(20, TimeUnit.SECONDS).until(() -> loads.get() == 2);
    }
}
