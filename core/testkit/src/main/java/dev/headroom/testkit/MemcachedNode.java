package dev.headroom.testkit;

import dev.headroom.testkit.internal.ServiceAddresses;
import dev.headroom.testkit.internal.memcached.ExternalMemcached;
import java.net.InetSocketAddress;

/**
 * A memcached server with controls to hang it, kill it and start it again.
 *
 * <p>{@link #start()} and the builder look for the environment variable {@code HEADROOM_TEST_MEMCACHED}
 * ({@code host:port}) first; a test that breaks the node, or needs several, asks for a process of its own with
 * {@link MemcachedNodeBuilder#ownProcess}. Otherwise the {@code memcached} binary on the {@code PATH} is started on a free
 * loopback port; where there is none, the error names the package to install. A restarted node is empty, a resumed one is
 * not. Safe for use by several threads.
 *
 * <pre>{@code
 * try (MemcachedNode node = MemcachedNode.builder().ownProcess().start()) {
 *     client.connect(node.address());
 *     node.suspend();                  // connections stay open, nothing answers
 *     node.resume();
 *     node.kill();
 *     node.restart();                  // empty, on the same port
 * }
 * }</pre>
 */
public interface MemcachedNode extends ServiceProcess, AutoCloseable {

    /** The environment variable that names a server to use in place of a process of the test kit's. */
    String ENVIRONMENT_VARIABLE = "HEADROOM_TEST_MEMCACHED";

    /** Returns a builder. */
    static MemcachedNodeBuilder builder() {
        return new MemcachedNodeBuilder(ServiceAddresses.ofThisProcess());
    }

    /** Starts a node with the defaults of the builder. */
    static MemcachedNode start() {
        return builder().start();
    }

    /**
     * Returns a node that runs outside the test kit. Its address can be asked for; the controls throw
     * {@link IllegalStateException}.
     *
     * @param hostAndPort for example {@code cache:11211}
     * @throws IllegalArgumentException if it is not a host and a port
     */
    static MemcachedNode external(String hostAndPort) {
        return ExternalMemcached.at(hostAndPort);
    }

    /** The address to connect to. */
    default InetSocketAddress address() {
        return new InetSocketAddress(host(), port());
    }

    /** The address as {@code host:port}. */
    default String hostAndPort() {
        return host() + ":" + port();
    }

    /** Ends the process; does nothing for one that runs outside the test kit. */
    @Override
    void close();
}
