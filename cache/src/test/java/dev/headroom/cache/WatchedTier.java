package dev.headroom.cache;

import dev.headroom.cache.spi.SharedNode;
import dev.headroom.cache.spi.SharedTier;
import dev.headroom.cache.testing.InMemorySharedTier;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;

/** A tier in memory that tells what is asked of its node, or of that of another tier, before it does it. */
final class WatchedTier implements SharedTier {
    private static final Set<String> UNCOUNTED = Set.of("maximumValueBytes", "isAvailable", "id");

    final ConcurrentLinkedQueue<String> asked = new ConcurrentLinkedQueue<>();
    final InMemorySharedTier tier = new InMemorySharedTier();
    private final SharedNode node;

    WatchedTier(Consumer<String> before) {
        this(null, before);
    }

    WatchedTier(SharedTier watched, Consumer<String> before) {
        SharedNode inner = (watched == null ? tier : watched).node("");
        this.node = (SharedNode) Proxy.newProxyInstance(
                SharedNode.class.getClassLoader(), new Class<?>[] {SharedNode.class}, (proxy, method, arguments) -> {
                    if (method.getDeclaringClass() == SharedNode.class && !UNCOUNTED.contains(method.getName())) {
                        before.accept(method.getName());
                        asked.add(method.getName());
                    }
                    try {
                        return method.invoke(inner, arguments);
                    } catch (InvocationTargetException thrown) {
                        throw thrown.getCause();
                    }
                });
    }

    long asked(String operation) {
        return asked.stream().filter(operation::equals).count();
    }

    @Override
    public List<SharedNode> nodes() {
        return List.of(node);
    }

    @Override
    public SharedNode node(String key) {
        return node;
    }

    @Override
    public void close() {}
}
