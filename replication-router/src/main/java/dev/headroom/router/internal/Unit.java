package dev.headroom.router.internal;

import dev.headroom.router.RouteScope;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What one unit of work asks for.
 *
 * @param target which nodes may answer
 * @param readOnly whether writes are refused
 * @param maxStaleness the scope's own limit, or null
 * @param serializable whether it wants a serializable transaction
 * @param tag what the replica must be kept for, null for ordinary ones
 */
record Unit(
        RouteScope.Target target,
        boolean readOnly,
        @Nullable Duration maxStaleness,
        boolean serializable,
        @Nullable String tag) {
    private static final Unit WRITE = new Unit(RouteScope.Target.ANY, false, null, false, null);
    /** What a read asks for when nothing is said but that it is one. */
    static final Unit READ = new Unit(RouteScope.Target.ANY, true, null, false, null);

    /** The explicit scope decides before the connection's own {@code setReadOnly}. */
    static Unit of(@Nullable RouteScope scope, boolean connectionReadOnly, boolean serializable) {
        if (!serializable && (scope == null || scope == RouteScope.readOnly())) {
            return scope != null || connectionReadOnly ? READ : WRITE;
        }
        if (scope == null) {
            return new Unit(RouteScope.Target.ANY, connectionReadOnly, null, true, null);
        }
        return new Unit(
                scope.target(),
                scope.isReadOnly() || connectionReadOnly,
                scope.maxStaleness().orElse(null),
                serializable,
                scope.tag().orElse(null));
    }

    /** Whether a replica may answer. */
    boolean forReplica() {
        return readOnly && target != RouteScope.Target.PRIMARY && !serializable;
    }

    /** Staleness up to which a replica is used. */
    long limitNanos(RouterOptions options) {
        if (maxStaleness != null) {
            return maxStaleness.toNanos();
        }
        return (target == RouteScope.Target.REPLICA ? options.hardLimit() : options.softLimit()).toNanos();
    }

    /** Staleness up to which a replica is used when the primary can't be. */
    long hardLimitNanos(RouterOptions options) {
        return maxStaleness != null
                ? maxStaleness.toNanos()
                : options.hardLimit().toNanos();
    }
}
