package dev.headroom.testkit;

import dev.headroom.testkit.internal.ServiceAddresses;
import dev.headroom.testkit.internal.memcached.LocalMemcached;
import dev.headroom.testkit.internal.memcached.MemcachedOptions;
import java.util.ArrayList;
import java.util.List;

/** Sets up a {@link MemcachedNode}. Not safe for use by several threads. */
public final class MemcachedNodeBuilder {

    private final ServiceAddresses addresses;
    private final List<String> arguments = new ArrayList<>();
    private int memoryMegabytes = 64;
    private int threads = 2;
    private int maxItemBytes = 1024 * 1024;
    private int maxConnections = 1024;
    private boolean ownProcess;

    MemcachedNodeBuilder(ServiceAddresses addresses) {
        this.addresses = addresses;
    }

    /** Starts a process also when the environment names a server, because the test breaks it or needs several. */
    public MemcachedNodeBuilder ownProcess() {
        this.ownProcess = true;
        return this;
    }

    /**
     * Sets how much memory the items may take ({@code -m}); an option makes it a process of its own.
     *
     * @param megabytes 1 to 65536; default 64
     * @throws IllegalArgumentException if out of range
     */
    public MemcachedNodeBuilder memoryMegabytes(int megabytes) {
        this.memoryMegabytes = inRange("memoryMegabytes", megabytes, 1, 65_536);
        return ownProcess();
    }

    /**
     * Sets how many threads serve connections ({@code -t}); an option makes it a process of its own.
     *
     * @param threads 1 to 64; default 2
     * @throws IllegalArgumentException if out of range
     */
    public MemcachedNodeBuilder threads(int threads) {
        this.threads = inRange("threads", threads, 1, 64);
        return ownProcess();
    }

    /**
     * Sets how large an item may be ({@code -I}); an option makes it a process of its own.
     *
     * @param bytes a power of two from 1024 to 134217728 and no more than half of the memory; default 1048576
     * @throws IllegalArgumentException if it is not such a power of two
     */
    public MemcachedNodeBuilder maxItemBytes(int bytes) {
        if (Integer.bitCount(bytes) != 1 || bytes < 1024 || bytes > 134_217_728) {
            throw new IllegalArgumentException(
                    "maxItemBytes: " + bytes + " (expected: a power of two from 1024 to 134217728)");
        }
        this.maxItemBytes = bytes;
        return ownProcess();
    }

    /**
     * Sets how many connections it takes ({@code -c}); an option makes it a process of its own.
     *
     * @param connections 1 to 65536; default 1024
     * @throws IllegalArgumentException if out of range
     */
    public MemcachedNodeBuilder maxConnections(int connections) {
        this.maxConnections = inRange("maxConnections", connections, 1, 65_536);
        return ownProcess();
    }

    /** Adds arguments of memcached as they are, for example {@code -M}; makes it a process of its own. */
    public MemcachedNodeBuilder arguments(String... arguments) {
        this.arguments.addAll(List.of(arguments));
        return ownProcess();
    }

    /**
     * Starts the node and returns when it answers.
     *
     * @throws IllegalArgumentException if an item may be larger than half of the memory
     * @throws ServiceException if memcached is not installed or does not start
     */
    public MemcachedNode start() {
        if (maxItemBytes > memoryMegabytes * 1024L * 1024L / 2) {
            throw new IllegalArgumentException("maxItemBytes: " + maxItemBytes
                    + " (expected: no more than half of memoryMegabytes: " + memoryMegabytes + ")");
        }
        if (!ownProcess) {
            String address = addresses.find(MemcachedNode.ENVIRONMENT_VARIABLE).orElse(null);
            if (address != null) {
                return MemcachedNode.external(address);
            }
        }
        return LocalMemcached.start(
                new MemcachedOptions(memoryMegabytes, threads, maxItemBytes, maxConnections, arguments));
    }

    private static int inRange(String name, int value, int least, int most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(name + ": " + value + " (expected: " + least + " to " + most + ")");
        }
        return value;
    }
}
