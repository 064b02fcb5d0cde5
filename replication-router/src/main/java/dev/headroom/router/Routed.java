package dev.headroom.router;

import java.sql.Connection;
import java.util.Optional;

/**
 * A connection of {@link ReplicaRouter#dataSource()}; got by {@code connection.unwrap(Routed.class)}, which binds nothing.
 *
 * <p>Used by one thread at a time, like every JDBC connection.
 */
public interface Routed extends Connection {
    /** Where it is bound now and why; empty while no statement has been made since it was opened or released. */
    Optional<RouteDecision> decision();

    /**
     * Whether the session was changed in a way that a pool can't undo (a temporary table, {@code SET}, {@code LISTEN}, an advisory
     * lock, the driver's own connection unwrapped): it then stays on its node and is thrown away at the end.
     */
    boolean tainted();
}
