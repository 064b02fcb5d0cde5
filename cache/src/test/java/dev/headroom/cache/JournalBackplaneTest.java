package dev.headroom.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.cache.spi.SharedNode;
import dev.headroom.cache.spi.SharedTier;
import dev.headroom.cache.testing.InMemorySharedTier;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** The journal in the shared tier, which is read again and again. */
class JournalBackplaneTest extends BackplaneContract {
    @Override
    CachesBuilder with(CachesBuilder builder) {
        return builder;
    }

    @Override
    void lose(Runnable change) {
        change.run();
        tier.evictRecord("a:~j"); // with what it counted
    }

    @Test
    void aNodeThatHangsDelaysNoOthersJournal() throws Exception {
        AtomicBoolean hangs = new AtomicBoolean();
        CountDownLatch end = new CountDownLatch(1);
        TwoNodes nodes = new TwoNodes(hangs, end);
        try (Caches caches = Caches.builder().shared(nodes).build();
                Caches others = Caches.builder().shared(nodes).build()) {
            Cache<Object, String> one = caches.cache("c", Object.class, String.class);
            Cache<Object, String> other = others.cache("c", Object.class, String.class);
            one.get("second", key -> "old");
            assertThat(other.get("second", key -> "not loaded")).isEqualTo("old");
            hangs.set(true);
            nodes.hung.await();
            one.invalidate("second");
            seen(other, "second", "new");
        } finally {
            end.countDown();
        }
    }

    /** The first of two hangs in whatever the cache's own threads read there. */
    private static final class TwoNodes implements SharedTier {
        final CountDownLatch hung = new CountDownLatch(2);
        private final SharedNode first;
        private final SharedNode second;

        TwoNodes(AtomicBoolean hangs, CountDownLatch end) {
            first = named("first", operation -> {
                if (hangs.get() && Thread.currentThread().getName().startsWith("headroom-cache-shared")) {
                    hung.countDown();
                    end.await();
                }
            });
            second = named("second", operation -> {});
        }

        private interface Before {
            void asked(String operation) throws InterruptedException;
        }

        private static SharedNode named(String id, Before before) {
            SharedNode node = new InMemorySharedTier().node("");
            return (SharedNode) Proxy.newProxyInstance(
                    SharedNode.class.getClassLoader(),
                    new Class<?>[] {SharedNode.class},
                    (proxy, method, arguments) -> {
                        if (method.getName().equals("id")) {
                            return id;
                        }
                        if (method.getName().equals("records")) {
                            before.asked(method.getName());
                        }
                        try {
                            return method.invoke(node, arguments);
                        } catch (InvocationTargetException thrown) {
                            throw thrown.getCause();
                        }
                    });
        }

        @Override
        public List<SharedNode> nodes() {
            return List.of(first, second);
        }

        @Override
        public SharedNode node(String key) {
            return key.endsWith("second") ? second : first;
        }

        @Override
        public void close() {}
    }
}
