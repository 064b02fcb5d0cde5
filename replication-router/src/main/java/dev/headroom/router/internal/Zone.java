package dev.headroom.router.internal;

import dev.headroom.router.RouteDecision.Reason;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The application's own zone, whose replicas are preferred. */
final class Zone {
    private final @Nullable String own;

    /** @param own its name; null where zones are not looked at */
    Zone(@Nullable String own) {
        this.own = own;
    }

    /** Whether a node is in it; where zones are not looked at, all are. */
    boolean has(Node node) {
        return own == null || node.in(own);
    }

    /** Those that are in it, or all if none is. */
    List<Node> preferred(List<Node> nodes) {
        List<Node> near = own == null ? nodes : nodes.stream().filter(this::has).toList();
        return near.isEmpty() ? nodes : near;
    }

    /** Why a read is on this replica, which is fresh enough. */
    Reason reason(Node node, Unit unit) {
        if (unit.tag() != null) {
            return Reason.TAG_ASKED;
        }
        return has(node) ? Reason.READ_ONLY : Reason.OTHER_ZONE;
    }
}
