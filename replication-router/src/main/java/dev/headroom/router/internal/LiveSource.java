package dev.headroom.router.internal;

import dev.headroom.router.InventoryNodes;
import dev.headroom.router.NodeSpec;
import java.util.Map;

/**
 * Nodes that come and go.
 *
 * @param nodes where they come from
 * @param initial those that the router begins with, by address
 */
public record LiveSource(InventoryNodes nodes, Map<String, NodeSpec> initial) {}
