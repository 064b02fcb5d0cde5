package dev.headroom.router;

import dev.headroom.config.Checks;
import dev.headroom.inventory.Host;
import dev.headroom.inventory.HostFilter;
import dev.headroom.inventory.ServiceInventory;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Nodes from a service inventory, followed while the router runs: a host that appears is probed and then used; one that disappears gets
 * no more units, is waited for, and forgotten. A host is known by its address; changes of its properties alone change nothing.
 *
 * <p>Whoever takes writes is never dropped while it does: its host may leave the inventory after a
 * {@linkplain RouterControl#switchOver switch-over}, not before. An inventory without any host is taken for a mistake, and the nodes stay.
 *
 * <p>Immutable; every method returns a changed copy.
 *
 * <pre>{@code
 * ReplicaRouter.builder("main").nodes(InventoryNodes.of(inventory, "postgres", host -> HikariNodes.node(host.name(), pool(host)))
 *     .onRemoved(node -> ((HikariDataSource) node.dataSource()).close()))
 * }</pre>
 */
public final class InventoryNodes {
    private static final Duration DEFAULT_DRAIN = Duration.ofSeconds(30);

    private final ServiceInventory inventory;
    private final String service;
    private final List<HostFilter> filters;
    private final Function<Host, NodeSpec> node;
    private final Duration drainWithin;
    private final Consumer<NodeSpec> onRemoved;

    private InventoryNodes(
            ServiceInventory inventory,
            String service,
            List<HostFilter> filters,
            Function<Host, NodeSpec> node,
            Duration drainWithin,
            Consumer<NodeSpec> onRemoved) {
        this.inventory = inventory;
        this.service = service;
        this.filters = filters;
        this.node = node;
        this.drainWithin = drainWithin;
        this.onRemoved = onRemoved;
    }

    /**
     * The hosts of a service. Their properties {@code zone=a} and {@code tags=reports,delayed} are taken over. The one with the property
     * {@code primary=true} or {@code master=true}, or else the first, is the primary until the nodes themselves say otherwise.
     *
     * @param inventory stays the application's
     * @param service the service's name
     * @param node makes the node of a host, with its pool and a probe; names must differ
     */
    public static InventoryNodes of(ServiceInventory inventory, String service, Function<Host, NodeSpec> node) {
        return new InventoryNodes(
                Checks.present("inventory", inventory),
                Checks.name("service", service),
                List.of(),
                Checks.present("node", node),
                DEFAULT_DRAIN,
                spec -> {});
    }

    /** Only hosts that pass all of these. Default: all of the service. */
    public InventoryNodes filter(HostFilter... filters) {
        return new InventoryNodes(inventory, service, List.of(filters), node, drainWithin, onRemoved);
    }

    /**
     * How long to wait for the units on a node whose host has disappeared; others come and go meanwhile, and if the host is there again before, its
     * node is used as if nothing had been. Units that still run then are left alone, and nobody aborts them any more if the node falls silent;
     * that their pool is closed ({@link #onRemoved}) ends them. Default: 30 s.
     *
     * @throws dev.headroom.config.ConfigurationException if negative
     */
    public InventoryNodes drainWithin(Duration within) {
        return new InventoryNodes(
                inventory, service, filters, node, Checks.notNegative("drainWithin", within), onRemoved);
    }

    /**
     * Is told of a node that is no longer used, to close its pool: of one whose host has disappeared, of all when the router is closed, and of
     * one that was made but could not be used. Default: nothing is done.
     */
    public InventoryNodes onRemoved(Consumer<NodeSpec> onRemoved) {
        return new InventoryNodes(
                inventory, service, filters, node, drainWithin, Checks.present("onRemoved", onRemoved));
    }

    /** The hosts now, the primary first. */
    public List<Host> hosts() {
        return inventory.hosts(service, filters.toArray(HostFilter[]::new)).stream()
                .sorted(Comparator.comparing(InventoryNodes::isPrimary).reversed())
                .toList();
    }

    private static boolean isPrimary(Host host) {
        return host.flag("primary").orElse(false) || host.flag("master").orElse(false);
    }

    /** The node of a host, in the zone and with the tags that its properties say, unless it has some. */
    public NodeSpec node(Host host) {
        NodeSpec made = Checks.present("node", node.apply(host));
        String zone = made.zone().or(() -> host.property("zone")).orElse(null);
        String tags = made.tags().isEmpty() ? host.property("tags").orElse("") : "";
        NodeSpec zoned = zone == null ? made : made.zone(zone);
        return tags.isBlank() ? zoned : zoned.tags(tags.strip().split("\\s*,\\s*"));
    }

    /** Runs the action after each change of the inventory, until the subscription is closed. */
    public ServiceInventory.Subscription onChange(Runnable action) {
        return inventory.onChange((before, after) -> action.run());
    }

    /** How long to wait for the units of a removed node. */
    public Duration drainWithin() {
        return drainWithin;
    }

    /** Tells that a node is no longer used. */
    public void removed(NodeSpec spec) {
        onRemoved.accept(spec);
    }

    @Override
    public String toString() {
        return "InventoryNodes[" + service + ", "
                + filters.stream().map(HostFilter::description).toList() + "]";
    }
}
