package dev.headroom.testkit.internal.proxy;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** What went through a proxy. Written by its thread, read by any. */
public final class ProxyTraffic {

    private final AtomicLong connections = new AtomicLong();
    private final AtomicInteger openConnections = new AtomicInteger();
    private final AtomicLong bytesToTarget = new AtomicLong();
    private final AtomicLong bytesToClient = new AtomicLong();
    private final AtomicLong roundTrips = new AtomicLong();

    public long connections() {
        return connections.get();
    }

    public int openConnections() {
        return openConnections.get();
    }

    public long bytesToTarget() {
        return bytesToTarget.get();
    }

    public long bytesToClient() {
        return bytesToClient.get();
    }

    public long roundTrips() {
        return roundTrips.get();
    }

    void opened() {
        connections.incrementAndGet();
        openConnections.incrementAndGet();
    }

    void closed() {
        openConnections.decrementAndGet();
    }

    void roundTrip() {
        roundTrips.incrementAndGet();
    }

    AtomicLong toTarget() {
        return bytesToTarget;
    }

    AtomicLong toClient() {
        return bytesToClient;
    }
}
