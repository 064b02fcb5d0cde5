package dev.headroom.cache.memcached;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headroom.cache.Connected;
import dev.headroom.cache.spi.Lifetime;
import dev.headroom.cache.spi.SharedNode;
import dev.headroom.cache.spi.SharedTierException;
import dev.headroom.memcached.Memcached;
import dev.headroom.memcached.MemcachedNode;
import dev.headroom.testkit.TcpProxy;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A value that was put, was not answered in time, and comes to the server long after its key was dropped. */
@Tag("one-jdk")
class LatePutTest {
    private static final Set<String> STORES = Set.of("metaSet", "cas", "set");
    private static final Lifetime LIFE = new Lifetime(Duration.ofMinutes(10), Duration.ZERO);

    @Test
    void isNotStoredAfterTheDrop() {
        try (dev.headroom.testkit.MemcachedNode server = dev.headroom.testkit.MemcachedNode.start();
                Memcached direct = Connected.to(server.hostAndPort(), Duration.ofSeconds(5))) {
            for (Function<MemcachedNode, SharedNode> mode :
                    List.<Function<MemcachedNode, SharedNode>>of(MetaNode::new, ClassicNode::new)) {
                try (TcpProxy proxy = TcpProxy.to(server);
                        Memcached slow = Connected.to(proxy.host() + ":" + proxy.port(), Duration.ofSeconds(1))) {
                    SharedNode other = mode.apply(direct.nodes().get(0));
                    for (boolean before : new boolean[] {false, true}) {
                        String key = other.getClass().getSimpleName() + before;
                        if (before) {
                            other.put(key, bytes("earlier"), LIFE);
                        }
                        lateAfterADrop(mode.apply(stallingAtStores(slow.nodes().get(0), proxy)), other, proxy, key);
                    }
                }
            }
        }
    }

    private static void lateAfterADrop(SharedNode node, SharedNode other, TcpProxy proxy, String key) {
        assertThatThrownBy(() -> node.put(key, bytes("old"), LIFE))
                .isInstanceOfSatisfying(
                        SharedTierException.class,
                        late -> assertThat(late.reason()).isEqualTo(SharedTierException.Reason.NO_ANSWER));
        other.invalidate(key);
        proxy.restore();
        // On one connection what was sent before is carried out before.
        Awaitility.await()
                .ignoreExceptionsInstanceOf(SharedTierException.class)
                .until(() -> node.records(List.of("any")).isEmpty());
        assertThat(other.readAll(List.of(key))).isEmpty();
        other.put(key, bytes("new"), LIFE);
        assertThat(other.readAll(List.of(key)).get(key).value()).isEqualTo(bytes("new"));
    }

    /** The same node; from the moment on that something is to be stored nothing comes through. */
    private static MemcachedNode stallingAtStores(MemcachedNode node, TcpProxy proxy) {
        return (MemcachedNode) Proxy.newProxyInstance(
                MemcachedNode.class.getClassLoader(),
                new Class<?>[] {MemcachedNode.class},
                (self, method, arguments) -> {
                    if (STORES.contains(method.getName())) {
                        proxy.stall();
                    }
                    try {
                        return method.invoke(node, arguments);
                    } catch (InvocationTargetException thrown) {
                        throw thrown.getCause();
                    }
                });
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }
}
