package dev.headroom.memcached;

import dev.headroom.testkit.MemcachedNode;
import java.time.Duration;

/** A memcached process of the test's own, that can be hung, killed and started again. */
final class LocalMemcached implements AutoCloseable {
    private final MemcachedNode node = MemcachedNode.builder().ownProcess().start();

    /** Starts one and talks to it once, so that no class is loaded within the time of a test's operation. */
    static LocalMemcached start() {
        LocalMemcached started = new LocalMemcached();
        try (Memcached warm = Memcached.nodes(started.address())
                .operationTimeout(Duration.ofSeconds(10))
                .build()) {
            MemcachedTest.await(warm.nodes().get(0).gets("warm"));
        }
        return started;
    }

    String address() {
        return node.hostAndPort();
    }

    void startAgain() {
        node.restart();
    }

    void kill() {
        node.kill();
    }

    void hang() {
        node.suspend();
    }

    void resume() {
        node.resume();
    }

    @Override
    public void close() {
        node.close();
    }
}
