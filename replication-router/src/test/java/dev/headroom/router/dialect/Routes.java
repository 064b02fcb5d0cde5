package dev.headroom.router.dialect;

import dev.headroom.router.RouteDecision;

/** The node of a decision. */
final class Routes {
    private Routes() {}

    static String nodeOf(RouteDecision decision) {
        if (decision instanceof RouteDecision.ToReplica to) {
            return to.node();
        }
        return decision instanceof RouteDecision.ToPrimary to ? to.node() : "refused";
    }
}
