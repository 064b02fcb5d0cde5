package dev.headroom.router.internal.dialect;

import dev.headroom.router.NodeRole;
import dev.headroom.router.internal.dialect.Gtids.Gtid;
import dev.headroom.router.spi.Position;
import dev.headroom.router.spi.ReplicationDialect;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * What the router asks MariaDB. A GTID is domain, server and sequence number; in one domain the numbers grow over all servers, and what a
 * replica has replayed is a prefix of them, so the number is the position.
 *
 * <p>The server has no timelines, but each primary's own is at hand: {@code gtid_slave_pos}, which no longer moves once it takes writes
 * itself, tells with which number its time began. Times that follow each other begin with ever greater numbers, and an old primary that
 * comes back tells its old one. Only when nothing was written between two promotions both begin with the same one: a timeline is that
 * number and the server's id, so they differ, but which was the later must be known otherwise. A replica is on the newest primary's
 * timeline if the last it replayed was written by that server, or is older than its time; else it follows somebody else.
 */
public final class MariaDb implements ReplicationDialect {
    /** Follow the one domain there is. */
    public static final int ANY_DOMAIN = -1;

    /** What the driver calls the product. */
    static final String PRODUCT = "MariaDB";

    private static final int ACCESS_DENIED = 1227;

    /** So many bits of a timeline are the server's. */
    private static final int SERVER_BITS = 16;

    /** Everybody may ask this, but it counts only sources whose events are applied just now. */
    private static final String RUNNING =
            "select variable_value from information_schema.global_status where variable_name = 'SLAVES_RUNNING'";

    /** Server ids alone may be those of another cluster's servers. */
    private static final String IDENTITY = "concat_ws('|', @@hostname, @@port, @@datadir, @@server_id)";

    private static final String CAPTURE =
            "select @@server_id, @@global.gtid_binlog_pos, @@global.gtid_slave_pos, " + IDENTITY;

    private static final String PROBE =
            "select @@server_id, @@global.read_only, @@global.gtid_binlog_pos, @@global.gtid_slave_pos,"
                    + " @@global.log_bin, " + IDENTITY;

    /**
     * One round trip, on any connection: a block is one statement to the driver. The session keeps the last GTID that was told, and so
     * knows whether there is a newer one: if and only if something was written, whatever its SQL looked like.
     */
    private static final String TELL =
            "; select coalesce(@@last_gtid, '') <> coalesce(@headroom_gtid, ''), @@last_gtid;"
                    + " set @headroom_gtid = @@last_gtid; end";

    private static final String COMMIT = "begin not atomic commit" + TELL;
    private static final String ROLLBACK = "begin not atomic rollback" + TELL;

    private final int domain;
    private final Map<Long, Long> timelines = new ConcurrentHashMap<>();
    private final Set<Reign> reigns = ConcurrentHashMap.newKeySet();
    private final Set<String> met = ConcurrentHashMap.newKeySet();
    private final Set<String> replicating = ConcurrentHashMap.newKeySet();
    private volatile @Nullable Reign newest;
    private volatile boolean mayAskForSources = true;

    /**
     * The time in which a server takes the writes.
     *
     * @param server its server id
     * @param begin one more than the number of the last transaction before it
     */
    private record Reign(long server, long begin) {
        /** That of a server which has replayed up to there. */
        static Reign after(@Nullable Gtid replayed, long server) {
            return new Reign(server, 1 + (replayed == null ? 0 : replayed.sequence()));
        }

        long timeline() {
            return begin << SERVER_BITS | (server & ((1 << SERVER_BITS) - 1));
        }
    }

    /** Follows this domain, or {@link #ANY_DOMAIN}. */
    public MariaDb(int domain) {
        this.domain = domain;
    }

    @Override
    public Answer probe(Asked node, Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(PROBE)) {
            row.next();
            long server = row.getLong(1);
            boolean readOnly = row.getBoolean(2);
            Gtids written = Gtids.of(row.getString(3), domain);
            Gtids replayed = Gtids.of(row.getString(4), domain);
            boolean logging = row.getBoolean(5);
            met.add(row.getString(6));
            if (readOnly) {
                replicating.remove(node.name());
            }
            if (readOnly || (!replayed.isEmpty() && replicates(node, connection))) {
                return new Answer(NodeRole.REPLICA, replica(newest(server, written.last(), replayed.last())));
            }
            if (!logging) {
                throw new SQLException("log_bin: off on the primary (expected: on, or it has no positions)", "55000");
            }
            return new Answer(NodeRole.PRIMARY, primary(server, written.last(), replayed.last()));
        }
    }

    /** What it has replayed, or has written itself since: a primary that was set read-only still shows its own commits. */
    private static @Nullable Gtid newest(long server, @Nullable Gtid written, @Nullable Gtid replayed) {
        boolean own = written != null
                && written.server() == server
                && (replayed == null || written.sequence() > replayed.sequence());
        return own ? written : replayed;
    }

    private Position primary(long server, @Nullable Gtid written, @Nullable Gtid replayed) {
        Reign reign = Reign.after(replayed, server);
        timelines.merge(server, reign.timeline(), Math::max);
        rememberNewest(reign);
        return new Position(reign.timeline(), Math.max(reign.begin() - 1, written == null ? 0 : written.sequence()));
    }

    /** Of those that begin with the same number, the one that is met last. */
    private synchronized void rememberNewest(Reign seen) {
        Reign known = newest;
        if (reigns.add(seen) && (known == null || seen.begin() >= known.begin())) {
            newest = seen;
        }
    }

    @Override
    public void forget(String node) {
        replicating.remove(node);
    }

    @Override
    public String mark() {
        return "m";
    }

    @Override
    public boolean rivals(long timeline, long other) {
        return timeline != other && timeline >> SERVER_BITS == other >> SERVER_BITS;
    }

    private Position replica(@Nullable Gtid last) {
        long sequence = last == null ? 0 : last.sequence();
        Reign now = newest;
        if (now == null) {
            return new Position(0, sequence);
        }
        boolean onNewest = last == null || last.server() == now.server() || sequence < now.begin();
        long timeline = onNewest || last == null ? now.timeline() : timelines.getOrDefault(last.server(), 0L);
        return new Position(timeline, sequence);
    }

    /**
     * Whether a node that is not read-only replicates nevertheless. One that was seen to is not taken for a primary because it was stopped
     * for a while; it must have forgotten its source, or have been read-only.
     */
    private boolean replicates(Asked node, Connection connection) throws SQLException {
        Sources sources = sources(connection);
        if (sources == Sources.RUNNING) {
            replicating.add(node.name());
            return true;
        }
        if (sources == Sources.NONE) {
            replicating.remove(node.name());
        }
        return replicating.contains(node.name());
    }

    /** What a node has to replicate from. */
    private enum Sources {
        NONE,
        /** It has one, or may have one, but does not replicate now. */
        STOPPED,
        RUNNING
    }

    private Sources sources(Connection connection) throws SQLException {
        return mayAskForSources ? told(connection) : counted(connection);
    }

    private Sources told(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("show all slaves status")) {
            Sources sources = Sources.NONE;
            while (row.next()) {
                boolean stopped = "No".equals(row.getString("Slave_IO_Running"))
                        && "No".equals(row.getString("Slave_SQL_Running"));
                sources = sources == Sources.RUNNING || !stopped ? Sources.RUNNING : Sources.STOPPED;
            }
            return sources;
        } catch (SQLException failure) {
            if (failure.getErrorCode() != ACCESS_DENIED) {
                throw failure;
            }
            mayAskForSources = false;
            return counted(connection);
        }
    }

    private static Sources counted(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(RUNNING)) {
            return row.next() && row.getLong(1) > 0 ? Sources.RUNNING : Sources.STOPPED;
        }
    }

    @Override
    public Commit commit(Connection connection) throws SQLException {
        return end(connection, COMMIT);
    }

    /** Statements that change tables commit what was written before them. */
    @Override
    public Commit rollback(Connection connection) throws SQLException {
        return end(connection, ROLLBACK);
    }

    private Commit end(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            Gtid last = Gtids.of(row.getString(2), domain).last();
            // Without a write the number is an old one: what was read may be of others and newer.
            return last == null || !row.getBoolean(1) ? Commit.NOTHING : new Commit(true, last.sequence());
        }
    }

    @Override
    public Optional<Position> capture(Connection connection) throws SQLException {
        if (!speaks(connection)) {
            return Optional.empty();
        }
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(CAPTURE)) {
            row.next();
            return met.contains(row.getString(4)) ? Optional.of(captured(row)) : Optional.empty();
        }
    }

    /** Where a server of the router's is; only a probe says in what time that counts. */
    private Position captured(ResultSet row) throws SQLException {
        long server = row.getLong(1);
        Gtid replayed = Gtids.of(row.getString(3), domain).last();
        Gtid last = newest(server, Gtids.of(row.getString(2), domain).last(), replayed);
        if (last == null) {
            return Position.NONE;
        }
        Reign now = newest;
        if (last.server() == server && !last.equals(replayed)) {
            return new Position(Reign.after(replayed, server).timeline(), last.sequence());
        }
        return new Position(now == null ? 0 : now.timeline(), last.sequence());
    }

    @Override
    public boolean speaks(Connection connection) throws SQLException {
        return PRODUCT.equals(connection.getMetaData().getDatabaseProductName());
    }
}
