package dev.headroom.cache.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.headroom.cache.spi.SharedNode;
import dev.headroom.cache.spi.SharedTier;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What is done at all nodes at once. */
class HomesTest {
    private static final int CALLERS = 20;

    private final List<SharedNode> nodes = List.of(node("a"), node("b"));
    private final Homes homes = new Homes(
            new SharedTier() {
                @Override
                public List<SharedNode> nodes() {
                    return nodes;
                }

                @Override
                public SharedNode node(String key) {
                    return nodes.get(0);
                }

                @Override
                public void close() {}
            },
            "n",
            Duration.ZERO,
            null);

    @Test
    void endsForAllWhoCalledThoughItsThreadsAreStopped() throws Exception {
        ExecutorService callers = Executors.newFixedThreadPool(CALLERS);
        CountDownLatch called = new CountDownLatch(CALLERS);
        CountDownLatch go = new CountDownLatch(1);
        try {
            List<CompletableFuture<Void>> calls = new ArrayList<>();
            for (int i = 0; i < CALLERS; i++) {
                calls.add(CompletableFuture.runAsync(
                        () -> homes.atOnce(home -> {
                            if (home.node == nodes.get(0)) {
                                called.countDown();
                            }
                            awaited(go);
                        }),
                        callers));
            }
            awaited(called);
            homes.close();
            go.countDown();
            CompletableFuture.allOf(calls.toArray(CompletableFuture[]::new)).get(30, TimeUnit.SECONDS);
        } finally {
            callers.shutdownNow();
        }
    }

    @Test
    void throwsWhatANodeThrewWhenAllHaveEnded() throws Exception {
        try {
            for (SharedNode failing : nodes) {
                AtomicInteger ended = new AtomicInteger();
                CountDownLatch begun = new CountDownLatch(2);
                CountDownLatch go = new CountDownLatch(1);
                CompletableFuture<Void> call = CompletableFuture.runAsync(() -> homes.atOnce(home -> {
                    begun.countDown();
                    awaited(begun);
                    if (home.node == failing) {
                        throw new IllegalStateException("of " + failing.id());
                    }
                    awaited(go);
                    ended.incrementAndGet();
                }));
                await().during(Duration.ofMillis(100)).until(() -> !call.isDone());
                go.countDown();
                assertThatThrownBy(() -> call.get(30, TimeUnit.SECONDS))
                        .cause()
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessage("of " + failing.id());
                assertThat(ended).hasValue(1);
            }
        } finally {
            homes.close();
        }
    }

    private static SharedNode node(String id) {
        return (SharedNode) Proxy.newProxyInstance(
                SharedNode.class.getClassLoader(),
                new Class<?>[] {SharedNode.class},
                (proxy, method, arguments) -> switch (method.getName()) {
                    case "id", "toString" -> id;
                    case "hashCode" -> id.hashCode();
                    case "equals" -> proxy == arguments[0];
                    case "isAvailable" -> true;
                    default -> null;
                });
    }

    /** Not for what it waits for: an interrupt ends it, as one ends an operation of a node. */
    private static void awaited(CountDownLatch latch) {
        try {
            latch.await(30, TimeUnit.SECONDS);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }
}
