package dev.headroom.router;

import dev.headroom.config.Checks;
import dev.headroom.router.internal.dialect.AutoDialect;
import dev.headroom.router.internal.dialect.HeartbeatDialect;
import dev.headroom.router.internal.dialect.MariaDb;
import dev.headroom.router.internal.dialect.Postgres;
import dev.headroom.router.spi.ReplicationDialect;

/**
 * The database products whose replicas the router can use. Each call makes an instance for one router.
 *
 * <pre>{@code
 * ReplicaRouter.builder("main").dialect(Dialects.heartbeat(HeartbeatTable.named("heartbeat"))) …
 * }</pre>
 */
public final class Dialects {
    private Dialects() {}

    /**
     * PostgreSQL or MariaDB, whichever the nodes turn out to be. Nodes of other products count as down, with a failure that says so:
     * they need {@link #heartbeat}.
     */
    public static ReplicationDialect auto() {
        return new AutoDialect();
    }

    /**
     * Streaming standbys of PostgreSQL 11 and newer. Positions are log sequence numbers; a commit tells its own in the same round trip.
     */
    public static ReplicationDialect postgres() {
        return new Postgres();
    }

    /**
     * Replicas of MariaDB 10.11 and newer with global transaction ids (GTID), in one domain. A position is the sequence number of a
     * GTID; a commit tells its own in the same round trip.
     *
     * <p>The primary is the node that is not {@code read_only} and replicates from nobody; the others should be {@code read_only}. The
     * probes' user needs no privilege, but with {@code SLAVE MONITOR} a node that replicates although it is not {@code read_only} is
     * known for what it is even while that is stopped; without, only while it runs. Of two promotions between which nothing was written the one
     * counts that was seen last; a router that saw neither takes the one that has written more.
     */
    public static ReplicationDialect mariaDb() {
        return new MariaDb(MariaDb.ANY_DOMAIN);
    }

    /**
     * The same for servers with several domains: follows one of them. What is written in the others has no position, and its lag is not
     * seen.
     *
     * @param domain the domain that the application writes in
     * @throws dev.headroom.config.ConfigurationException if negative
     */
    public static ReplicationDialect mariaDb(int domain) {
        return new MariaDb(Checks.atLeast("domain", domain, 0));
    }

    /** Any database that replicates commits in their order, by a table that the router writes to on the primary. */
    public static ReplicationDialect heartbeat(HeartbeatTable table) {
        return new HeartbeatDialect(Checks.present("table", table));
    }
}
