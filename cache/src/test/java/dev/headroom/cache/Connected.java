package dev.headroom.cache;

import dev.headroom.memcached.Memcached;
import dev.headroom.memcached.MemcachedNode;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/** Clients whose connections stand, however busy the machine is, and whose breakers have forgotten how long that took. */
public final class Connected {
    private Connected() {}

    /** A client of these nodes; an operation may take this long. */
    public static Memcached to(String nodes, Duration operationTimeout) {
        Memcached memcached =
                Memcached.nodes(nodes).operationTimeout(operationTimeout).build();
        await(memcached);
        return memcached;
    }

    /** Until its nodes answer, for instance after a restart. */
    public static void await(Memcached memcached) {
        for (MemcachedNode node : memcached.nodes()) {
            Awaitility.await().atMost(60, TimeUnit.SECONDS).ignoreExceptions().until(() -> answersWell(node));
        }
    }

    private static boolean answersWell(MemcachedNode node) {
        for (int i = 0; i < 10; i++) {
            node.version().toCompletableFuture().join();
        }
        return node.state() == MemcachedNode.State.UP;
    }
}
