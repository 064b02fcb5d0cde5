package dev.headroom.router.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;

/** The probes of all nodes, each on a thread of its own. */
final class Probers implements AutoCloseable {
    private final String router;
    private final RouterOptions options;
    private final Probe.Listener listener;
    private final AtomicInteger threads = new AtomicInteger();
    private final ReentrantLock changing = new ReentrantLock();
    private volatile List<Probe> probes = List.of();

    /** @param listener is told of what they find */
    Probers(String router, RouterOptions options, Probe.Listener listener) {
        this.router = router;
        this.options = options;
        this.listener = listener;
    }

    /** One more, which is not started yet. */
    Probe add(Node node, boolean configuredPrimary) {
        Probe probe = new Probe(router, node, node.spec().probe().orElseThrow(), options, configuredPrimary, listener);
        changing.lock();
        try {
            List<Probe> longer = new ArrayList<>(probes);
            longer.add(probe);
            probes = List.copyOf(longer);
        } finally {
            changing.unlock();
        }
        return probe;
    }

    /** Ends that of a node. */
    void remove(Node node) {
        List<Probe> ended;
        changing.lock();
        try {
            ended = probes.stream().filter(probe -> probe.of(node)).toList();
            probes = probes.stream().filter(probe -> !probe.of(node)).toList();
        } finally {
            changing.unlock();
        }
        ended.forEach(Probe::close);
    }

    void startAll() {
        probes.forEach(this::start);
    }

    void start(Probe probe) {
        Thread thread = new Thread(probe, "headroom-router-" + router + "-probe-" + threads.incrementAndGet());
        thread.setDaemon(true);
        thread.start();
    }

    /** Asks all nodes soon. */
    void request() {
        probes.forEach(Probe::request);
    }

    /** Asks this node soon. */
    void request(Node node) {
        probes.stream().filter(probe -> probe.of(node)).forEach(Probe::request);
    }

    /** Asks all other nodes soon. */
    void requestOthers(Node node) {
        probes.stream().filter(probe -> !probe.of(node)).forEach(Probe::request);
    }

    @Override
    public void close() {
        probes.forEach(Probe::close);
    }
}
