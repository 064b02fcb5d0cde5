package dev.headroom.router.internal;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Aborts reads on a node that is silent when they have hung for about twice the probe's timeout: their sockets would wait for ever. The node may have
 * fallen silent right after a probe, and just after the watchdog has looked; both times are off its patience. A tick that comes late itself
 * (a long pause of this JVM) says nothing about the node and is skipped.
 */
final class Watchdog implements Runnable, AutoCloseable {
    private static final long SHORTEST_TICK = TimeUnit.MILLISECONDS.toNanos(10);

    private final Cluster cluster;
    private final RouterSensors sensors;
    private final long tick;
    private final long patience;
    private final CountDownLatch closed = new CountDownLatch(1);

    Watchdog(Cluster cluster, RouterSensors sensors) {
        this.cluster = cluster;
        this.sensors = sensors;
        long timeout = cluster.options().probeTimeout().toNanos();
        this.tick = Math.max(SHORTEST_TICK, timeout / 5);
        long unnoticed = tick + Math.min(cluster.options().probeEvery().toNanos(), timeout / 2);
        this.patience = Math.max(timeout, 2 * timeout - unnoticed);
    }

    void start(String router) {
        Thread thread = new Thread(this, "headroom-router-" + router + "-watchdog-1");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void run() {
        try {
            long last = System.nanoTime();
            while (!closed.await(tick, TimeUnit.NANOSECONDS)) {
                long now = System.nanoTime();
                if (now - last < 3 * tick) {
                    look();
                }
                last = now;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void look() {
        for (Node node : cluster.nodes()) {
            if (node.silentNanos(cluster.now()) > patience) {
                for (Lease lease : node.units().running()) {
                    if (lease.readOnly() && lease.abort("it has been silent for too long")) {
                        sensors.aborted();
                    }
                }
            }
        }
    }

    @Override
    public void close() {
        closed.countDown();
    }
}
