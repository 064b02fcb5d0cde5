package dev.headroom.cache;

import dev.headroom.memcached.Memcached;
import dev.headroom.memcached.MemcachedNode;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/** Clients whose connections stand, however busy the machine is. */
public final class Connected {
    private Connected() {}

    /** A client of these nodes; an operation may take this long. */
    public static Memcached to(String nodes, Duration operationTimeout) {
        Memcached memcached =
                Memcached.nodes(nodes).operationTimeout(operationTimeout).build();
        for (MemcachedNode node : memcached.nodes()) {
            Awaitility.await()
                    .atMost(60, TimeUnit.SECONDS)
                    .ignoreExceptions()
                    .until(() -> !node.version().toCompletableFuture().join().isEmpty());
        }
        return memcached;
    }
}
