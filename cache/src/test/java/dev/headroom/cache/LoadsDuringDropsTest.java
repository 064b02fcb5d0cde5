package dev.headroom.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.Contracts;
import dev.headroom.background.LocalBackground;
import dev.headroom.consistency.Consistency;
import dev.headroom.load.LoadFeedback;
import dev.headroom.meter.Counter;
import dev.headroom.meter.Meters;
import dev.headroom.meter.Readings;
import dev.headroom.meter.Timer;
import dev.headroom.transaction.Transactions;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.DoubleSupplier;
import java.util.function.IntConsumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Several values are dropped together, one after the other, and loads begin and end meanwhile. */
class LoadsDuringDropsTest {
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Caches caches = Caches.withDefaults();
    private final Cache<String, String> cache = caches.cache("c", String.class, String.class);
    private final AtomicInteger removals = new AtomicInteger();
    /** What is done when so many values have been taken out. */
    private volatile IntConsumer atRemoval = count -> {};

    private enum Drop {
        ALL,
        TAG;

        void of(Cache<String, String> cache) {
            switch (this) {
                case ALL -> cache.clear();
                case TAG -> cache.invalidateTag("t");
            }
        }
    }

    @AfterEach
    void stop() {
        threads.shutdownNow();
        caches.close();
    }

    /** The second is refreshed while it is still there, and that ends before the drop does. */
    @ParameterizedTest
    @EnumSource
    void whatIsMadeOfAValueThatIsBeingDroppedIsNotHeld(Drop drop) {
        fill();
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch taken = new CountDownLatch(1);
        CompletableFuture<Void> refresh = new CompletableFuture<>();
        atRemoval = count -> {
            if (count == 1) {
                String second = cache.peek("a").isPresent() ? "a" : "b";
                refresh.completeAsync(
                        () -> {
                            cache.refresh(second, (key, context) -> {
                                String next = followed(key, context);
                                begun.countDown();
                                await(taken);
                                return next;
                            });
                            return null;
                        },
                        threads);
                await(begun);
            } else {
                taken.countDown();
                refresh.orTimeout(30, TimeUnit.SECONDS).join();
            }
        };
        drop.of(cache);
        assertThat(removals).hasValue(2);
        for (String key : List.of("a", "b")) {
            assertThat(cache.get(key, LoadsDuringDropsTest::followed)).doesNotStartWith("1");
        }
    }

    @ParameterizedTest
    @EnumSource
    void aLoadThatBeginsMeanwhileIsHeld(Drop drop) throws Exception {
        fill();
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch dropped = new CountDownLatch(1);
        CompletableFuture<String> load = new CompletableFuture<>();
        atRemoval = count -> {
            if (count == 1) {
                load.completeAsync(
                        () -> cache.get("new", key -> {
                            begun.countDown();
                            await(dropped);
                            return "new";
                        }),
                        threads);
                await(begun);
            }
        };
        drop.of(cache);
        dropped.countDown();
        assertThat(load.get(30, TimeUnit.SECONDS)).isEqualTo("new");
        assertThat(cache.get("new", key -> "not loaded")).isEqualTo("new");
        assertThat(cache.stats().discarded()).isZero();
    }

    private void fill() {
        caches.connect(new Contracts(
                new WatchedRemovals(),
                Readings.none(),
                LoadFeedback.none(),
                Consistency.none(),
                Transactions.immediate(),
                LocalBackground.create()));
        for (String key : List.of("a", "b")) {
            cache.get(key, (k, context) -> {
                context.tags("t");
                return "1";
            });
        }
    }

    private static String followed(String key, LoadContext<String> context) {
        context.tags("t");
        return context.stale().orElse("") + "+";
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Of which it is told, each time, before the next value goes. */
    private final class WatchedRemovals implements Meters {
        @Override
        public Counter counter(String name, String... tags) {
            return name.equals(CacheMeters.REMOVALS)
                    ? amount -> atRemoval.accept(removals.incrementAndGet())
                    : amount -> {};
        }

        @Override
        public Timer timer(String name, String... tags) {
            return nanos -> {};
        }

        @Override
        public Counter distribution(String name, String... tags) {
            return amount -> {};
        }

        @Override
        public Gauge gauge(String name, DoubleSupplier value, String... tags) {
            return () -> {};
        }
    }
}
