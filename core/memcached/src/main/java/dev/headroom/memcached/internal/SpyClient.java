package dev.headroom.memcached.internal;

import dev.headroom.memcached.MemcachedOptions;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import net.spy.memcached.ConnectionFactory;
import net.spy.memcached.ConnectionFactoryBuilder;
import net.spy.memcached.ConnectionObserver;
import net.spy.memcached.FailureMode;
import net.spy.memcached.MemcachedClient;
import net.spy.memcached.OperationFactory;
import net.spy.memcached.ops.Operation;

/** spymemcached for one node, without its futures and transcoders: operations go in, callbacks come out. */
final class SpyClient extends MemcachedClient {
    private static final int TIMEOUTS_BEFORE_RECONNECT = 10;
    private static final String LOGGER_PROPERTY = "net.spy.log.LoggerImpl";

    static {
        // The only way to choose its logger; its default writes to System.err.
        if (System.getProperty(LOGGER_PROPERTY) == null) {
            System.setProperty(LOGGER_PROPERTY, "net.spy.memcached.compat.log.SLF4JLogger");
        }
    }

    SpyClient(InetSocketAddress address, MemcachedOptions options, ConnectionObserver observer) throws IOException {
        super(factory(options, observer), List.of(address));
    }

    OperationFactory operations() {
        return opFact;
    }

    void enqueue(String key, Operation operation) {
        mconn.enqueueOperation(key, operation);
    }

    private static ConnectionFactory factory(MemcachedOptions options, ConnectionObserver observer) {
        int capacity = options.queueCapacity();
        return new ConnectionFactoryBuilder()
                .setProtocol(ConnectionFactoryBuilder.Protocol.TEXT)
                .setFailureMode(FailureMode.Cancel)
                .setOpTimeout(options.operationTimeout().toMillis())
                .setOpQueueFactory(() -> new ArrayBlockingQueue<>(capacity))
                .setReadOpQueueFactory(() -> new ArrayBlockingQueue<>(capacity))
                .setWriteOpQueueFactory(() -> new ArrayBlockingQueue<>(capacity))
                .setOpQueueMaxBlockTime(0)
                .setTimeoutExceptionThreshold(TIMEOUTS_BEFORE_RECONNECT)
                .setMaxReconnectDelay(options.maximumReconnectDelay().toSeconds())
                .setShouldOptimize(false)
                .setUseNagleAlgorithm(false)
                .setDaemon(true)
                .setInitialObservers(List.of(observer))
                .build();
    }
}
