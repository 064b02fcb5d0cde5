package dev.headroom.memcached.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headroom.memcached.MemcachedException;
import dev.headroom.memcached.MemcachedException.Kind;
import dev.headroom.memcached.MemcachedNode;
import dev.headroom.memcached.MemcachedPort;
import dev.headroom.meter.Meters;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import java.lang.reflect.Proxy;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class GuardedNodeTest {
    private static final int CALLS = 20;

    private final AtomicInteger asked = new AtomicInteger();
    private Kind failure = Kind.TIMEOUT;

    private final CircuitBreaker breaker = CircuitBreaker.of(
            "test",
            CircuitBreakerConfig.custom()
                    .slidingWindow(10, 5, CircuitBreakerConfig.SlidingWindowType.COUNT_BASED)
                    .permittedNumberOfCallsInHalfOpenState(1)
                    .build());
    private final GuardedNode node =
            new GuardedNode(NodeAddress.list("a:11211").get(0), failing(), breaker, 1024, Meters.none());

    private MemcachedPort failing() {
        return (MemcachedPort) Proxy.newProxyInstance(
                MemcachedPort.class.getClassLoader(),
                new Class<?>[] {MemcachedPort.class},
                (proxy, method, arguments) -> {
                    asked.incrementAndGet();
                    return CompletableFuture.failedFuture(new MemcachedException(failure, "on purpose", null));
                });
    }

    private void call(Kind kind) {
        failure = kind;
        assertThatThrownBy(() -> node.get("k").toCompletableFuture().join())
                .hasRootCauseInstanceOf(MemcachedException.class);
    }

    @Test
    void takesNoFullQueueOfOursForAFailureOfTheNode() {
        for (int i = 0; i < CALLS; i++) {
            call(Kind.OVERLOADED);
        }
        assertThat(node.state()).isEqualTo(MemcachedNode.State.UP);
        for (int i = 0; i < CALLS; i++) {
            call(Kind.TIMEOUT);
        }
        assertThat(node.state()).isEqualTo(MemcachedNode.State.DOWN);
    }

    @Test
    void noCallerUsesUpTheProbe() {
        breaker.transitionToOpenState();
        breaker.transitionToHalfOpenState();
        asked.set(0);
        for (int i = 0; i < CALLS; i++) {
            call(Kind.TIMEOUT);
        }
        assertThat(asked).hasValue(0);
        assertThat(breaker.tryAcquirePermission())
                .as("the probe is still to be had")
                .isTrue();
    }
}
