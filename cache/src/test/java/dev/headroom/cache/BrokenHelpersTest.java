package dev.headroom.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headroom.Headroom;
import dev.headroom.RequestContext;
import dev.headroom.cache.spi.Backplane;
import dev.headroom.cache.testing.InMemorySharedTier;
import dev.headroom.codec.Codec;
import dev.headroom.codec.Codecs;
import dev.headroom.consistency.Consistency;
import dev.headroom.consistency.ConsistencyToken;
import dev.headroom.debug.DebugLog;
import dev.headroom.meter.Counter;
import dev.headroom.meter.Meters;
import dev.headroom.meter.Timer;
import java.lang.reflect.Type;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.DoubleSupplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Meters, keys, codecs and routers that fail: whose call it is fails with them, and nobody waits for a load that never began. */
class BrokenHelpersTest {
    private final ManualClock clock = new ManualClock();
    /** How many calls from now on the helper fails; negative for none. */
    private final AtomicInteger failsAt = new AtomicInteger(-1);

    private final Caches caches = Caches.builder()
            .clock(clock)
            .defaults(options -> options.waitAtMost(Duration.ofSeconds(1))
                    .staleWhileRevalidate(Duration.ofHours(1))
                    .jitter(0))
            .build();
    private final Cache<String, String> cache = caches.cache("c", String.class, String.class);

    private void mayFail() {
        if (failsAt.get() >= 0 && failsAt.getAndDecrement() == 0) {
            throw new IllegalStateException("broken");
        }
    }

    @AfterEach
    void close() {
        caches.close();
    }

    @Test
    void aRouterThatFailsLeavesNoLoadBehind() {
        caches.connect(new CountingMeters().contracts(new BrokenRouter()));
        everyCallFailsOnceAndNoLongerThanThat();
    }

    @Test
    void aMeterThatFailsLeavesNoLoadBehind() {
        caches.connect(new dev.headroom.Contracts(
                new BrokenMeters(),
                dev.headroom.meter.Readings.none(),
                dev.headroom.load.LoadFeedback.none(),
                Consistency.none(),
                dev.headroom.transaction.Transactions.immediate(),
                dev.headroom.background.LocalBackground.create()));
        everyCallFailsOnceAndNoLongerThanThat();
        failsAt.set(1);
        assertThatThrownBy(() -> cache.getAll(List.of("several 1", "several 2"), keys -> Map.of()))
                .hasMessage("broken");
        assertThat(cache.get("several 1", key -> "1")).isEqualTo("1");
    }

    private void everyCallFailsOnceAndNoLongerThanThat() {
        List<Callable<?>> calls = List.of(
                () -> cache.get("k", key -> "not loaded"),
                () -> cache.getAsync("k", key -> "not loaded", Runnable::run).join(),
                () -> cache.getAll(List.of("k"), keys -> Map.of("k", "not loaded")));
        for (Callable<?> call : calls) {
            cache.invalidate("k");
            failsAt.set(0);
            assertThatThrownBy(call::call).hasStackTraceContaining("broken");
            assertThat(cache.get("k", key -> "1")).isEqualTo("1");
        }
    }

    @Test
    void aRefreshThatCanNotBeginLeavesNoLoadBehind() {
        caches.connect(new CountingMeters().contracts(new BrokenRouter()));
        cache.get("k", key -> "1");
        failsAt.set(0);
        assertThatThrownBy(() -> cache.refresh("k", key -> "2")).hasMessage("broken");
        assertThat(cache.refresh("k", key -> "2")).isEqualTo("2");
        clock.advance(Duration.ofMinutes(6));
        failsAt.set(0);
        assertThat(cache.get("k", key -> "3")).as("stale").isEqualTo("2");
        clock.advance(Duration.ofHours(2));
        assertThat(cache.get("k", key -> "4")).isEqualTo("4");
    }

    @Test
    void whatFailsInADropDoesNotKeepTheOldValue() {
        InMemorySharedTier tier = new InMemorySharedTier();
        Backplane broken = new Backplane() {
            @Override
            public void publish(String node, String message) {
                if (failsAt.get() >= 0 && failsAt.getAndDecrement() == 0) {
                    throw new StackOverflowError("broken");
                }
            }

            @Override
            public void subscribe(Listener listener) {}

            @Override
            public void close() {}
        };
        for (int helper : new int[] {0, 1}) { // the router, or the backplane
            try (Caches one = Caches.builder().shared(tier).backplane(broken).build();
                    Caches other = Caches.builder().shared(tier).build();
                    Headroom headroom = Headroom.builder("test").plug(one).build()) {
                Cache<String, String> mine = one.cache("c", String.class, String.class);
                Orders orders = headroom.enhance(Orders.class, new StoredOrders());
                one.connect(new CountingMeters().contracts(new BrokenRouter()));
                for (Runnable drop : List.<Runnable>of(
                        () -> mine.invalidate("k"),
                        mine::clear,
                        () -> mine.invalidateTag("t"),
                        () -> orders.drop("x"))) {
                    mine.get("k", (key, context) -> {
                        context.tags("t");
                        return "old";
                    });
                    failsAt.set(helper);
                    assertThatThrownBy(drop::run).hasMessage("broken");
                    assertThat(mine.peek("k")).isEmpty();
                    assertThat(other.cache("c", String.class, String.class).get("k", key -> "new"))
                            .isEqualTo("new");
                    other.cache("c", String.class, String.class).invalidate("k");
                    mine.invalidate("k");
                }
            }
        }
    }

    @Test
    void aKeyThatCanNotBePrintedIsShownByItsType() {
        Cache<Object, String> any = caches.cache("any", Object.class, String.class);
        Object unprintable = new Object() {
            @Override
            public String toString() {
                throw new IllegalStateException("not to be printed");
            }
        };
        List<String> lines = new ArrayList<>();
        DebugLog log = new DebugLog() {
            @Override
            public boolean enabled() {
                return true;
            }

            @Override
            public void add(String area, String text, long nanos, @Nullable Throwable failure) {
                lines.add(text);
            }
        };
        try (RequestContext.Scope scope =
                RequestContext.current().with().debug(log).build().open()) {
            assertThat(scope).isNotNull();
            assertThat(any.get(unprintable, key -> "1")).isEqualTo("1");
        }
        assertThat(lines).anyMatch(line -> line.contains(unprintable.getClass().getName() + " miss"));
    }

    @Test
    void aCodecThatFailsBadlyLeavesNoLeaseBehind() {
        InMemorySharedTier tier = new InMemorySharedTier();
        int last = 1_000; // of so many keys the first have their leases before the last is read
        Codec well = Codecs.tlv().build();
        try (Caches one = sharing(tier, new FailingCodec(well));
                Caches other = sharing(tier, well)) {
            other.cache("c", Integer.class, String.class).put(last, "bad");
            List<Integer> keys = IntStream.rangeClosed(0, last).boxed().toList();
            assertThatThrownBy(() -> one.cache("c", Integer.class, String.class).getAll(keys, wanted -> Map.of()))
                    .isInstanceOf(StackOverflowError.class);
            assertThat(other.cache("c", Integer.class, String.class).get(0, key -> "1"))
                    .isEqualTo("1");
        }
    }

    private static Caches sharing(InMemorySharedTier tier, Codec codec) {
        return Caches.builder()
                .shared(tier)
                .defaults(options -> options.codec(codec).waitAtMost(Duration.ofSeconds(8)))
                .build();
    }

    interface Orders {
        void drop(String key);
    }

    static final class StoredOrders implements Orders {
        @Override
        @CacheEvict(cache = "c", key = "#p0", tags = "'t'")
        public void drop(String key) {}
    }

    private record FailingCodec(Codec well) implements Codec {
        @Override
        public String name() {
            return well.name();
        }

        @Override
        public byte[] encode(@Nullable Object value) {
            return well.encode(value);
        }

        @Override
        public Object decode(byte[] bytes, Type type) {
            throw new StackOverflowError("too deep");
        }
    }

    private final class BrokenRouter implements Consistency {
        @Override
        public ConsistencyToken current() {
            mayFail();
            return ConsistencyToken.NONE;
        }

        @Override
        public ConsistencyToken capture(Connection connection) {
            return ConsistencyToken.NONE;
        }

        @Override
        public ConsistencyToken newest() {
            return ConsistencyToken.NONE;
        }

        @Override
        public ConsistencyToken combine(ConsistencyToken a, ConsistencyToken b) {
            return a;
        }

        @Override
        public <T> T within(ConsistencyToken token, Callable<T> call) throws Exception {
            return call.call();
        }
    }

    private final class BrokenMeters implements Meters {
        @Override
        public Counter counter(String name, String... tags) {
            boolean fails = name.equals(CacheMeters.GETS) && Arrays.asList(tags).contains("miss");
            return by -> {
                if (fails) {
                    mayFail();
                }
            };
        }

        @Override
        public Timer timer(String name, String... tags) {
            return nanos -> {};
        }

        @Override
        public Counter distribution(String name, String... tags) {
            return by -> {};
        }

        @Override
        public Gauge gauge(String name, DoubleSupplier value, String... tags) {
            return () -> {};
        }
    }
}
