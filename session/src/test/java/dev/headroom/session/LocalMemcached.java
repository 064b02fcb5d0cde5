package dev.headroom.session;

import dev.headroom.testkit.MemcachedNode;

/** A memcached process of the test's own, that can be hung, killed and started again. */
final class LocalMemcached implements AutoCloseable {
    private final MemcachedNode node = MemcachedNode.builder().ownProcess().start();

    static LocalMemcached start() {
        return new LocalMemcached();
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
