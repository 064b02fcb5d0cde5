package dev.headroom.router.internal;

import dev.headroom.inventory.Host;
import dev.headroom.inventory.ServiceInventory;
import dev.headroom.router.InventoryNodes;
import dev.headroom.router.NodeSpec;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Brings the cluster's nodes in line with the inventory after each change, on a thread of its own. */
final class LiveNodes implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(LiveNodes.class);
    private static final long AGAIN_MILLIS = 500;

    /** A host of which no node could be made is tried again after so long. */
    private static final long RETRY_MILLIS = 5_000;

    private final String router;
    private final Cluster cluster;
    private final InventoryNodes source;
    private final ScheduledExecutorService thread;

    // What follows is only the thread's, once it runs.
    private final Map<String, Node> byAddress = new LinkedHashMap<>();

    /** Nodes whose hosts have disappeared and that get no more units, and until when those that run there are waited for. */
    private final Map<String, Long> leaving = new HashMap<>();

    private @Nullable ScheduledFuture<?> again;
    private @Nullable Node keptThoughGone;
    private boolean withoutHosts;

    private ServiceInventory.@Nullable Subscription subscription;

    LiveNodes(String router, Cluster cluster, LiveSource source) {
        this.router = router;
        this.cluster = cluster;
        this.source = source.nodes();
        Map<NodeSpec, Node> nodes = cluster.nodes().stream().collect(Collectors.toMap(Node::spec, node -> node));
        source.initial().forEach((address, spec) -> byAddress.put(address, Objects.requireNonNull(nodes.get(spec))));
        this.thread = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread made = new Thread(task, "headroom-router-" + router + "-nodes-1");
            made.setDaemon(true);
            return made;
        });
    }

    void start() {
        subscription = source.onChange(() -> later(0));
        later(0); // what changed since the first look
    }

    private @Nullable ScheduledFuture<?> later(long millis) {
        try {
            return thread.schedule(this::apply, millis, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            log.debug("router {}: closed, nodes are not followed any more", router);
            return null;
        }
    }

    /** One look at a time, however many changes there are meanwhile. */
    private void again(long millis) {
        if (again != null) {
            again.cancel(false);
        }
        again = later(millis);
    }

    private void apply() {
        try {
            List<Host> hosts = source.hosts();
            if (!hosts.isEmpty()) {
                withoutHosts = false;
                follow(hosts);
                return;
            }
            if (!withoutHosts) {
                withoutHosts = true;
                log.warn("router {}: {} has no host; the nodes stay as they are", router, source);
            }
        } catch (RuntimeException failure) {
            log.error("router {}: the nodes of {} could not be followed", router, source, failure);
            again(RETRY_MILLIS);
        }
    }

    /** Nobody waits for the units of a node here: those that come are used before those that go have ended. */
    private void follow(List<Host> hosts) {
        List<String> addresses = hosts.stream().map(Host::address).toList();
        addresses.forEach(this::back);
        List<Host> failed = failed(hosts, addresses);
        boolean unfinished = false;
        for (String address : List.copyOf(byAddress.keySet())) {
            unfinished |= !addresses.contains(address) && !removed(address);
        }
        // A host that has kept its name at a new address finds it free only now.
        failed = failed.isEmpty() ? failed : failed(failed, addresses);
        if (unfinished) {
            again(AGAIN_MILLIS);
        } else if (!failed.isEmpty()) {
            again(RETRY_MILLIS);
        }
    }

    /** A host is there, perhaps again. */
    private void back(String address) {
        Node node = byAddress.get(address);
        if (node != null) {
            stays(node, address);
            if (node == keptThoughGone) {
                keptThoughGone = null;
            }
        }
    }

    private void stays(Node node, String address) {
        if (leaving.remove(address) != null) {
            node.leaving(false);
            log.info("router {}: {} at {} stays", router, node, address);
        }
    }

    /** Adds the hosts. @return those that may succeed another time */
    private List<Host> failed(List<Host> hosts, List<String> addresses) {
        return hosts.stream().filter(host -> !added(host, addresses)).toList();
    }

    /** @return false if it may succeed another time */
    private boolean added(Host host, List<String> addresses) {
        if (byAddress.containsKey(host.address())) {
            return true;
        }
        NodeSpec spec;
        try {
            spec = source.node(host);
        } catch (RuntimeException failure) {
            log.error("router {}: no node could be made of {}", router, host.address(), failure);
            return false;
        }
        try {
            Node namesake = cluster.nodes().stream()
                    .filter(node -> node.name().equals(spec.name()))
                    .findFirst()
                    .orElse(null);
            if (namesake != null || spec.probe().isEmpty()) {
                boolean leaving = namesake != null && spec.probe().isPresent() && leaves(namesake, addresses);
                if (!leaving) {
                    log.error(
                            "router {}: node: {} of {} (expected: {}); it is not used",
                            router,
                            spec.name(),
                            host.address(),
                            namesake != null ? "a name that no other node has" : "a probe");
                }
                tell(spec);
                return !leaving;
            }
            byAddress.put(host.address(), cluster.add(spec));
            log.info("router {}: {} at {} is new", router, spec.name(), host.address());
            return true;
        } catch (RuntimeException failure) {
            log.error("router {}: {} at {} could not be used", router, spec.name(), host.address(), failure);
            tell(spec);
            return false;
        }
    }

    private boolean leaves(Node node, List<String> addresses) {
        return byAddress.entrySet().stream()
                .anyMatch(entry -> entry.getValue() == node && !addresses.contains(entry.getKey()));
    }

    /** Tells that a node is no longer used, or never was. */
    private void tell(NodeSpec spec) {
        try {
            source.removed(spec);
        } catch (RuntimeException failure) {
            log.warn("router {}: whoever is told that {} is no longer used failed", router, spec.name(), failure);
        }
    }

    /** @return whether it is gone; the node that takes writes stays */
    private boolean removed(String address) {
        Node node = byAddress.get(address);
        if (node == null) {
            return true;
        }
        if (node == cluster.primary()) {
            kept(node, address);
            return false;
        }
        long end = leaving.computeIfAbsent(address, key -> leave(node));
        boolean empty = node.units().running().isEmpty();
        if (!empty && System.nanoTime() - end < 0) {
            return false;
        }
        if (!cluster.remove(node)) { // promoted meanwhile
            kept(node, address);
            return false;
        }
        byAddress.remove(address);
        leaving.remove(address);
        log.info("router {}: {} at {} is gone{}", router, node, address, empty ? "" : ", though units still run there");
        tell(node.spec());
        return true;
    }

    private long leave(Node node) {
        node.leaving(true);
        return System.nanoTime() + source.drainWithin().toNanos();
    }

    private void kept(Node node, String address) {
        stays(node, address);
        if (keptThoughGone != node) {
            keptThoughGone = node;
            log.warn("router {}: {} at {} takes the writes and stays, though it is gone", router, node, address);
        }
    }

    @Override
    public void close() {
        ServiceInventory.Subscription open = subscription;
        if (open != null) {
            open.close();
        }
        thread.shutdownNow();
    }

    /** After {@link #close}: whoever made the nodes' pools may close them. */
    void release() {
        try {
            if (!thread.awaitTermination(AGAIN_MILLIS, TimeUnit.MILLISECONDS)) {
                log.warn("router {}: still making a node; the pools are left alone", router);
                return;
            }
            byAddress.values().forEach(node -> tell(node.spec()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
