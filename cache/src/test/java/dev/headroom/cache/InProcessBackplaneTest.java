package dev.headroom.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headroom.cache.spi.Backplane;
import dev.headroom.cache.spi.SharedNode;
import dev.headroom.cache.spi.SharedTier;
import dev.headroom.config.ConfigurationException;
import dev.headroom.consistency.Consistency;
import dev.headroom.consistency.ConsistencyToken;
import java.sql.Connection;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** A backplane that pushes. */
class InProcessBackplaneTest extends BackplaneContract {
    private final InProcessChannel channel = new InProcessChannel();

    @Override
    CachesBuilder with(CachesBuilder builder) {
        return builder.backplane(channel.backplane());
    }

    @Override
    void lose(Runnable change) {
        channel.cut();
        change.run();
        channel.restore();
    }

    @Test
    void whatIsDroppedIsHeardBeforeTheCallReturns() {
        Cache<Object, String> one = cache("a");
        Cache<Object, String> other = cache("a");
        other.get("k", key -> "old");
        one.invalidate("k");
        assertThat(other.peek("k")).isEmpty();
    }

    @Test
    void nothingIsWrittenToAJournal() {
        WatchedTier watched = new WatchedTier(operation -> {});
        try (Caches caches =
                Caches.builder().shared(watched).backplane(channel.backplane()).build()) {
            Cache<String, String> cache = caches.cache("c", String.class, String.class);
            cache.get("k", key -> "1");
            watched.asked.clear();
            cache.invalidate("k");
            assertThat(watched.asked).containsExactly("invalidate");
        }
        assertThat(channel.subscribed()).as("closed with the caches").isZero();
    }

    @Test
    void whatItRefusesIsToldLaterAndTheTierIsUsedMeanwhile() {
        for (int drops : new int[] {1, 10_001}) { // or that there was too much of it
            Cache<Object, String> one = cache("n" + drops);
            Cache<Object, String> other = cache("n" + drops);
            other.get("k", key -> "old");
            channel.refuse(true);
            for (int i = 1; i < drops; i++) {
                one.invalidate(i);
            }
            one.invalidate("k");
            assertThat(one.get("k", key -> "new")).isEqualTo("new");
            assertThat(other.get("k", key -> "not loaded")).as("not told yet").isEqualTo("old");
            assertThat(cache("n" + drops).get("k", key -> "not loaded")).isEqualTo("new");
            channel.refuse(false);
            seen(other, "k", "new");
        }
    }

    @Test
    void itTellsOthersWhileTheTierIsDown() {
        Cache<Object, String> one = cache("a");
        Cache<Object, String> other = cache("a");
        for (Consumer<Cache<Object, String>> change : List.<Consumer<Cache<Object, String>>>of(
                cache -> cache.invalidate("k"),
                cache -> cache.invalidateTag("t"),
                Cache::clear,
                cache -> cache.put("k", "new"))) {
            one.invalidate("k");
            seen(other, "k", other.get("k", (k, context) -> {
                context.tags("t");
                return "old";
            }));
            tier.down(true);
            change.accept(one);
            assertThat(other.get("k", key -> "new")).isEqualTo("new");
            tier.down(false);
            seen(one, "k", "new");
            seen(cache("a"), "k", "new");
            assertThat(other.get("k", key -> "new")).isEqualTo("new");
        }
    }

    @Test
    void whatCanNotBeReadOrDoneMakesNothingBeTrusted() {
        Caches others = with(Caches.builder().shared(tier).namespace("a")).build();
        Caches deaf = Caches.builder()
                .shared(tier)
                .namespace("a")
                .journalEvery(Duration.ZERO)
                .build();
        try (others;
                deaf) {
            others.connect(new CountingMeters().contracts(new OfAnotherKind()));
            Cache<String, String> other = others.cache("c", String.class, String.class);
            Cache<String, String> unheard = deaf.cache("c", String.class, String.class);
            for (String message : List.of(
                    "a someone c k no;token s:k",
                    "a someone c",
                    "a someone c t unknown t",
                    "a someone c a unknown -")) {
                unheard.invalidate("k");
                unheard.get("k", key -> "old");
                other.refresh("k", key -> "old");
                unheard.invalidate("k");
                unheard.get("k", key -> "new");
                assertThat(other.get("k", key -> "not loaded")).isEqualTo("old");
                channel.backplane().publish("", message);
                assertThat(other.get("k", key -> "not loaded")).as(message).isEqualTo("new");
            }
        }
    }

    /** Of a router that does not understand the others' positions. */
    private static final class OfAnotherKind implements Consistency {
        @Override
        public ConsistencyToken current() {
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
            if (a.isNone() && b.isNone()) {
                return a;
            }
            throw new IllegalArgumentException("token: " + b + " (expected: one of this router)");
        }

        @Override
        public <T> T within(ConsistencyToken token, Callable<T> call) throws Exception {
            return call.call();
        }
    }

    @Test
    void whatIsNotToldYetIsToldWhenTheCachesAreClosed() {
        Cache<Object, String> other = cache("a");
        other.get("k", key -> "old");
        Caches one = with(Caches.builder().shared(tier).namespace("a")).build();
        channel.refuse(true);
        one.cache("c", Object.class, String.class).invalidate("k");
        channel.refuse(false);
        one.close();
        assertThat(other.peek("k")).isEmpty();
    }

    @Test
    void oneThatHangsKeepsNothingFromBeingDroppedLater() throws Exception {
        CountDownLatch hangs = new CountDownLatch(1);
        CountDownLatch end = new CountDownLatch(1);
        Backplane slow = new Backplane() {
            @Override
            public void publish(String node, String message) {
                if (!Thread.currentThread().getName().startsWith("headroom-cache-shared")) {
                    throw new IllegalStateException("later");
                }
                hangs.countDown();
                try {
                    end.await();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            }

            @Override
            public void subscribe(Listener listener) {}

            @Override
            public void close() {}
        };
        try (Caches caches = Caches.builder().shared(tier).backplane(slow).build()) {
            Cache<String, String> cache = caches.cache("c", String.class, String.class);
            String inTier = "headroom:c:v1:tlv1:s:k";
            cache.get("k", key -> "old");
            cache.invalidate("another");
            assertThat(hangs.await(30, TimeUnit.SECONDS)).isTrue();
            tier.down(true);
            cache.invalidate("k");
            tier.down(false);
            Awaitility.await()
                    .until(() -> tier.node("").readAll(List.of(inTier)).isEmpty());
        } finally {
            end.countDown();
        }
    }

    @Test
    void isRefusedWhereItMakesNoSense() {
        Backplane backplane = channel.backplane();
        assertThatThrownBy(() -> Caches.builder().backplane(backplane).build())
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("backplane")
                .hasMessageContaining("a shared tier as well");
        assertThatThrownBy(() -> Caches.builder()
                        .shared(tier)
                        .backplane(backplane)
                        .journalEvery(Duration.ofMillis(50))
                        .build())
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("no journalEvery beside it");
        CachesBuilder twice = Caches.builder().shared(tier).backplane(backplane);
        twice.build().close();
        assertThatThrownBy(twice::build)
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("another for each Caches");
    }

    @Test
    void whatCanNotBeSubscribedToIsClosedAndSoIsTheTier() {
        List<String> closed = new CopyOnWriteArrayList<>();
        Backplane broken = new Backplane() {
            @Override
            public void publish(String node, String message) {}

            @Override
            public void subscribe(Listener listener) {
                throw new IllegalStateException("no such channel");
            }

            @Override
            public void close() {
                closed.add("backplane");
                throw new IllegalStateException("never opened");
            }
        };
        SharedTier watched = new SharedTier() {
            @Override
            public List<SharedNode> nodes() {
                return tier.nodes();
            }

            @Override
            public SharedNode node(String key) {
                return tier.node(key);
            }

            @Override
            public void close() {
                closed.add("tier");
            }
        };
        assertThatThrownBy(
                        () -> Caches.builder().shared(watched).backplane(broken).build())
                .hasMessage("no such channel")
                .satisfies(failure -> assertThat(failure.getSuppressed())
                        .extracting(Throwable::getMessage)
                        .containsExactly("never opened"));
        assertThat(closed).containsExactly("backplane", "tier");
    }
}
