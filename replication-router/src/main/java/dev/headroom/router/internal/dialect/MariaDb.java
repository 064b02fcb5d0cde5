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
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * What the router asks MariaDB. A GTID is domain, server and sequence number; in one domain the numbers grow over all servers, and what a
 * replica has replayed is a prefix of them, so the number is the position.
 *
 * <p>The server has no timelines, but each primary's own is at hand: {@code gtid_slave_pos}, which no longer moves once it takes writes
 * itself, tells with which number its time began. Times that follow each other begin with ever greater numbers, and an old primary that
 * comes back tells its old one. A replica is on the newest primary's timeline if the last it replayed was written by that server, or is
 * older than its time; else it follows somebody else.
 */
public final class MariaDb implements ReplicationDialect {
    /** Follow the one domain there is. */
    public static final int ANY_DOMAIN = -1;

    /** What the driver calls the product. */
    static final String PRODUCT = "MariaDB";

    private static final int ACCESS_DENIED = 1227;
    private static final String PROBE =
            "select @@server_id, @@global.read_only, @@global.gtid_binlog_pos, @@global.gtid_slave_pos, @@global.log_bin";

    /**
     * One round trip, on any connection: a block is one statement to the driver. The session keeps the last GTID that was told, and so
     * knows whether there is a newer one: if and only if something was written, whatever its SQL looked like.
     */
    private static final String COMMIT =
            "begin not atomic commit; select coalesce(@@last_gtid, '') <> coalesce(@headroom_gtid, ''), @@last_gtid;"
                    + " set @headroom_gtid = @@last_gtid; end";

    private final int domain;
    private final Map<Long, Long> timelines = new ConcurrentHashMap<>();
    private volatile @Nullable Reign newest;
    private volatile boolean mayAskForSources = true;

    /**
     * The time in which a server takes the writes.
     *
     * @param server its server id
     * @param timeline one more than the number of the last transaction before it
     */
    private record Reign(long server, long timeline) {}

    /** Follows this domain, or {@link #ANY_DOMAIN}. */
    public MariaDb(int domain) {
        this.domain = domain;
    }

    @Override
    public Answer probe(Asked node, Connection connection) throws SQLException {
        return probe(connection);
    }

    private Answer probe(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(PROBE)) {
            row.next();
            long server = row.getLong(1);
            boolean readOnly = row.getBoolean(2);
            Gtids written = Gtids.of(row.getString(3), domain);
            Gtids replayed = Gtids.of(row.getString(4), domain);
            boolean logging = row.getBoolean(5);
            if (readOnly || (!replayed.isEmpty() && replicates(connection))) {
                return new Answer(NodeRole.REPLICA, replica(replayed.last()));
            }
            if (!logging) {
                throw new SQLException("log_bin: off on the primary (expected: on, or it has no positions)", "55000");
            }
            return new Answer(NodeRole.PRIMARY, primary(server, written.last(), replayed.last()));
        }
    }

    private Position primary(long server, @Nullable Gtid written, @Nullable Gtid replayed) {
        long before = replayed == null ? 0 : replayed.sequence();
        long timeline = before + 1;
        timelines.merge(server, timeline, Math::max);
        rememberNewest(new Reign(server, timeline));
        return new Position(timeline, Math.max(before, written == null ? 0 : written.sequence()));
    }

    private synchronized void rememberNewest(Reign seen) {
        Reign known = newest;
        if (known == null || seen.timeline() > known.timeline()) {
            newest = seen;
        }
    }

    private Position replica(@Nullable Gtid last) {
        long sequence = last == null ? 0 : last.sequence();
        Reign now = newest;
        if (now == null) {
            return new Position(0, sequence);
        }
        boolean onNewest = last == null || last.server() == now.server() || sequence < now.timeline();
        long timeline = onNewest || last == null ? now.timeline() : timelines.getOrDefault(last.server(), 0L);
        return new Position(timeline, sequence);
    }

    /** Whether a node that is not read-only replicates nevertheless, as far as the probes' user may see. */
    private boolean replicates(Connection connection) throws SQLException {
        if (!mayAskForSources) {
            return false;
        }
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("show all slaves status")) {
            while (row.next()) {
                if (!"No".equals(row.getString("Slave_IO_Running"))
                        || !"No".equals(row.getString("Slave_SQL_Running"))) {
                    return true;
                }
            }
            return false;
        } catch (SQLException failure) {
            if (failure.getErrorCode() != ACCESS_DENIED) {
                throw failure;
            }
            mayAskForSources = false;
            return false;
        }
    }

    @Override
    public Commit commit(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(COMMIT)) {
            row.next();
            Gtid last = Gtids.of(row.getString(2), domain).last();
            return last == null ? Commit.NOTHING : new Commit(row.getBoolean(1), last.sequence());
        }
    }

    @Override
    public Optional<Position> capture(Connection connection) throws SQLException {
        return speaks(connection) ? Optional.of(probe(connection).position()) : Optional.empty();
    }

    @Override
    public boolean speaks(Connection connection) throws SQLException {
        return PRODUCT.equals(connection.getMetaData().getDatabaseProductName());
    }
}
