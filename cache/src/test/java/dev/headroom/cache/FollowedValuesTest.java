package dev.headroom.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.cache.testing.InMemorySharedTier;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Values that loaders make of the one before: none of one that was invalidated, whoever did that and whenever. */
class FollowedValuesTest {
    private static final Duration FRESH = Duration.ofMinutes(5);
    private static final Duration STALE = Duration.ofHours(1);

    private final ManualClock clock = new ManualClock();
    private final InMemorySharedTier tier = new InMemorySharedTier(clock);
    private final List<Caches> open = new ArrayList<>();

    @AfterEach
    void close() {
        open.forEach(Caches::close);
    }

    @Test
    void whatAnotherJvmDroppedUnheardIsNotFollowed() {
        Cache<String, String> writer = deaf(options -> {});
        Cache<String, String> reader = deaf(options -> {});
        for (Duration after : List.of(FRESH.plusSeconds(1), Duration.ofSeconds(31))) {
            writer.refresh("k", key -> "1");
            assertThat(reader.get("k", key -> "not loaded")).isEqualTo("1");
            clock.advance(after);
            writer.invalidate("k");
            assertThat(reader.get("k", FollowedValuesTest::followed))
                    .as("after %s", after)
                    .isEqualTo("+");
            assertThat(writer.get("k", key -> "not loaded")).isEqualTo("+");
            reader.invalidate("k");
        }
    }

    @Test
    void norByARefreshInTheBackground() {
        Cache<String, String> writer = deaf(options -> options.staleWhileRevalidate(STALE));
        Cache<String, String> reader = deaf(options -> options.staleWhileRevalidate(STALE));
        writer.get("k", key -> "1");
        reader.get("k", key -> "not loaded");
        clock.advance(FRESH.plusSeconds(1));
        writer.invalidate("k");
        assertThat(reader.get("k", FollowedValuesTest::followed)).as("stale").isEqualTo("1");
        Awaitility.await().until(() -> reader.get("k", key -> "not loaded").equals("+"));
    }

    @Test
    void norWhileTheTierCanNotBeAsked() {
        Cache<String, String> reader = deaf(options -> {});
        reader.get("k", (key, context) -> {
            context.etag("e1");
            return "1";
        });
        clock.advance(FRESH.plusSeconds(1));
        tier.down(true);
        assertThat(reader.get("k", FollowedValuesTest::followed)).isEqualTo("+");
    }

    @Test
    void itsEtagIsThereForTheSourceToSayWhetherItIsTrue() {
        Cache<String, String> reader = deaf(options -> {});
        reader.get("k", (key, context) -> {
            context.etag("e1");
            return "1";
        });
        clock.advance(FRESH.plusSeconds(1));
        tier.restart();
        assertThat(reader.get("k", (key, context) -> {
                    assertThat(context.stale()).isEmpty();
                    assertThat(context.etag()).contains("e1");
                    return context.notModified();
                }))
                .isEqualTo("1");
    }

    /** Whatever call of the clock it is, until the loader is called, at which this JVM drops it. */
    @Test
    void whatThisJvmDropsWhileALoadBeginsIsNotFollowed() {
        AtomicReference<Runnable> atCall = new AtomicReference<>();
        AtomicInteger left = new AtomicInteger();
        LongSupplier watched = () -> {
            if (left.decrementAndGet() == 0) {
                atCall.get().run();
            }
            return clock.getAsLong();
        };
        for (boolean inBackground : List.of(false, true)) {
            Cache<String, String> cache = cache(Caches.builder()
                    .clock(watched)
                    .refreshExecutor(Runnable::run)
                    .defaults(options -> options.jitter(0)
                            .staleIfError(STALE)
                            .staleWhileRevalidate(inBackground ? STALE : Duration.ZERO)));
            AtomicInteger drops = new AtomicInteger();
            atCall.set(() -> {
                cache.invalidate("k");
                drops.incrementAndGet();
            });
            int call = 1;
            for (int before = -1; drops.get() > before; call++) {
                before = drops.get();
                cache.refresh("k", key -> "1");
                clock.advance(FRESH.plusSeconds(1));
                left.set(call);
                cache.get("k", (key, context) -> {
                    left.set(0);
                    return followed(key, context);
                });
                left.set(0);
                if (drops.get() > before) {
                    assertThat(cache.get("k", FollowedValuesTest::followed))
                            .as("dropped at call %s of the clock", call)
                            .doesNotStartWith("1");
                }
            }
            assertThat(call).isGreaterThan(3);
        }
    }

    /** Whatever the drop has come to when the load begins: it uses the key's hash now and then. */
    @Test
    void aRefreshThatBeginsWhileItsValueIsDroppedIsNotHeld() throws Exception {
        Caches caches = Caches.withDefaults();
        open.add(caches);
        Cache<WatchedKey, String> cache = caches.cache("c", WatchedKey.class, String.class);
        int at = 1;
        for (boolean more = true; more; at++) {
            WatchedKey key = new WatchedKey();
            cache.get(key, k -> "1");
            CountDownLatch begun = new CountDownLatch(1);
            CountDownLatch dropped = new CountDownLatch(1);
            CompletableFuture<Void> refresh = new CompletableFuture<>();
            key.atHash(at, () -> {
                refresh.completeAsync(() -> {
                    cache.refresh(key, (k, context) -> {
                        String next = followed("k", context);
                        begun.countDown();
                        awaited(dropped);
                        return next;
                    });
                    return null;
                });
                awaited(begun);
            });
            cache.invalidate(key);
            more = key.isPast();
            dropped.countDown();
            if (more) {
                refresh.get(30, TimeUnit.SECONDS);
                assertThat(cache.get(key, (k, context) -> followed("k", context)))
                        .as("begun at use %s of the hash", at)
                        .doesNotStartWith("1");
            }
        }
        assertThat(at).isGreaterThan(3);
    }

    /** Whatever the read has come to when another refreshes what it has found stale. */
    @Test
    void aRefreshInTheBackgroundThatComesLateLoadsNothing() {
        List<Runnable> later = new ArrayList<>();
        Caches caches = Caches.builder()
                .clock(clock)
                .refreshExecutor(later::add)
                .defaults(options -> options.jitter(0).staleWhileRevalidate(STALE))
                .build();
        open.add(caches);
        Cache<WatchedKey, String> cache = caches.cache("c", WatchedKey.class, String.class);
        int at = 1;
        for (boolean more = true; more; at++) {
            WatchedKey key = new WatchedKey();
            cache.refresh(key, k -> "1");
            clock.advance(FRESH.plusSeconds(1));
            key.atHash(at, () -> cache.refresh(key, k -> "2"));
            cache.get(key, k -> "3");
            more = key.isPast();
            if (more) {
                later.forEach(Runnable::run);
                assertThat(cache.get(key, k -> "4"))
                        .as("refreshed at use %s of the hash", at)
                        .isEqualTo("2");
            }
            later.clear();
        }
        assertThat(at).isGreaterThan(3);
    }

    @Test
    void aTagDroppedWhileALoadBeginsTakesAlongWhatIsMadeOfIt() {
        AtomicReference<Runnable> next = new AtomicReference<>();
        WatchedTier watched = new WatchedTier(tier, operation -> {
            Runnable work = operation.equals("lease") ? next.getAndSet(null) : null;
            if (work != null) {
                work.run();
            }
        });
        Cache<String, String> one = cache(deaf().shared(watched));
        Cache<String, String> other = deaf(options -> {});
        one.get("k", FollowedValuesTest::tagged);
        other.get("k", FollowedValuesTest::tagged);
        next.set(() -> other.invalidateTag("t"));
        assertThat(one.refresh("k", FollowedValuesTest::tagged)).isEqualTo("++");
        assertThat(next).hasValue(null);
        assertThat(other.get("k", FollowedValuesTest::tagged)).isEqualTo("+");
    }

    @Test
    void aTagThatIsBeingDroppedTakesItAlongToo() {
        AtomicReference<Runnable> next = new AtomicReference<>();
        WatchedTier watched = new WatchedTier(tier, operation -> {
            Runnable work = operation.equals("merge") ? next.getAndSet(null) : null;
            if (work != null) {
                work.run();
            }
        });
        Cache<String, String> one = deaf(options -> {});
        Cache<String, String> other = cache(deaf().shared(watched));
        one.get("k", FollowedValuesTest::tagged);
        other.get("k", FollowedValuesTest::tagged);
        next.set(() -> assertThat(one.refresh("k", FollowedValuesTest::tagged)).isEqualTo("++"));
        other.invalidateTag("t");
        assertThat(next).hasValue(null);
        assertThat(other.get("k", FollowedValuesTest::tagged)).isEqualTo("+");
    }

    @Test
    void norDoesItEscapeWhenItsLoaderDoesNotNameTheTagAgain() {
        AtomicReference<Runnable> next = new AtomicReference<>();
        WatchedTier watched = new WatchedTier(tier, operation -> {
            Runnable work = operation.equals("storeIf") ? next.getAndSet(null) : null;
            if (work != null) {
                work.run();
            }
        });
        Cache<String, String> one = cache(deaf().shared(watched));
        Cache<String, String> other = deaf(options -> {});
        one.get("k", FollowedValuesTest::tagged);
        next.set(() -> other.invalidateTag("t"));
        one.refresh("k", FollowedValuesTest::followed);
        assertThat(next).hasValue(null);
        assertThat(other.get("k", key -> "new")).isEqualTo("new");
        other.invalidate("k");
        other.refresh("k", FollowedValuesTest::tagged);
        other.refresh("k", FollowedValuesTest::followed);
        other.invalidateTag("t");
        assertThat(other.peek("k")).isEmpty();
    }

    /** A value that can't be stored for good must not be followed in vain again and again. */
    @Test
    void aTagOfItsOwnDoesNotKeepItFromBeingStored() {
        Cache<String, String> one = deaf(options -> {});
        Cache<String, String> other = deaf(options -> {});
        one.get("k", FollowedValuesTest::tagged);
        one.invalidateTag("another");
        for (int i = 0; i < 2; i++) {
            one.refresh("k", (key, context) -> {
                context.tags("another");
                return followed(key, context);
            });
        }
        assertThat(other.get("k", key -> "not stored")).matches("\\++");
    }

    private static String followed(String key, LoadContext<String> context) {
        return context.stale().orElse("") + "+";
    }

    private static String tagged(String key, LoadContext<String> context) {
        context.tags("t");
        return followed(key, context);
    }

    private static void awaited(CountDownLatch latch) {
        try {
            assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private Cache<String, String> deaf(Consumer<CacheOptions.Builder> options) {
        return cache(deaf().shared(tier)
                .defaults(each -> options.accept(each.jitter(0).staleIfError(STALE))));
    }

    private CachesBuilder deaf() {
        return Caches.builder().clock(clock).journalEvery(Duration.ZERO);
    }

    private Cache<String, String> cache(CachesBuilder builder) {
        Caches caches = builder.build();
        open.add(caches);
        return caches.cache("c", String.class, String.class);
    }

    /** Does something when one thread has used its hash so often. */
    private static final class WatchedKey {
        private Thread watched;
        private int left;
        private Runnable work;

        void atHash(int use, Runnable work) {
            watched = Thread.currentThread();
            left = use;
            this.work = work;
        }

        boolean isPast() {
            boolean past = left <= 0;
            watched = null;
            return past;
        }

        @Override
        public int hashCode() {
            if (Thread.currentThread() == watched && --left == 0) {
                work.run();
            }
            return 1;
        }

        @Override
        public boolean equals(Object other) {
            return this == other;
        }
    }
}
