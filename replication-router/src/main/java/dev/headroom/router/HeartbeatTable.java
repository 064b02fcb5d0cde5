package dev.headroom.router;

import dev.headroom.config.Checks;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * The table by which {@link Dialects#heartbeat} knows positions: one row, whose number every probe of the primary raises, and which
 * replication carries to the replicas. A replica that shows a number shows all that had committed before the probe that wrote it was sent.
 *
 * <p>So the database must replicate the commits in their order, and the user of the probes be allowed to update the table. All JVMs share
 * the row, so a position means the same in each. A commit itself tells no position: the first who needs it waits for the next probe of
 * the primary, which it asks for at once. The primary takes one small update for each probe.
 *
 * <p>Immutable and thread-safe.
 *
 * <pre>{@code
 * HeartbeatTable table = HeartbeatTable.named("headroom_heartbeat");
 * table.install(primaryPool);                       // once, or by your own migrations
 * ReplicaRouter.builder("main").dialect(Dialects.heartbeat(table)) …
 * }</pre>
 */
public final class HeartbeatTable {
    private final String name;
    private final @Nullable String roleQuery;

    private HeartbeatTable(String name, @Nullable String roleQuery) {
        this.name = name;
        this.roleQuery = roleQuery;
    }

    /**
     * A table of this name, with the roles as they are configured: the router's {@code primary} is the primary for ever, and there is no
     * failover.
     *
     * @param name letters, digits and underscores, with a schema and a dot before it if need be
     * @throws dev.headroom.config.ConfigurationException if it is not such a name
     */
    public static HeartbeatTable named(String name) {
        Checks.that(
                name != null && name.matches("[A-Za-z_][A-Za-z0-9_]*(\\.[A-Za-z_][A-Za-z0-9_]*)?"),
                "name",
                name,
                "letters, digits and underscores");
        return new HeartbeatTable(name, null);
    }

    /**
     * The same with a query that every node answers with one boolean: whether it takes writes. Writes then follow a promotion. The nodes
     * must have the same names in all JVMs, since the row keeps that of the primary: a new one begins a new timeline, and one that comes back
     * as what it was is read, but not written to.
     *
     * @param sql for example {@code select not pg_is_in_recovery()}
     */
    public HeartbeatTable roleQuery(String sql) {
        return new HeartbeatTable(name, Checks.present("roleQuery", sql));
    }

    /** The table's name. */
    public String name() {
        return name;
    }

    /** The query for the role. */
    public Optional<String> roleQuery() {
        return Optional.ofNullable(roleQuery);
    }

    /** The statement that makes the table, for databases that know {@code create table if not exists}. */
    public String ddl() {
        return "create table if not exists " + name
                + " (id integer primary key, timeline bigint not null, beat bigint not null, node varchar(255))";
    }

    /** Makes the table and its row where they are missing. Not to be run by two at one time. */
    public void install(DataSource primary) throws SQLException {
        try (Connection connection = primary.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(ddl());
            boolean there;
            try (ResultSet row = statement.executeQuery("select id from " + name + " where id = 1")) {
                there = row.next();
            }
            if (!there) {
                statement.execute("insert into " + name + " (id, timeline, beat) values (1, 1, 1)");
            }
            if (!connection.getAutoCommit()) {
                connection.commit();
            }
        }
    }

    @Override
    public String toString() {
        return "HeartbeatTable[" + name + "]";
    }
}
