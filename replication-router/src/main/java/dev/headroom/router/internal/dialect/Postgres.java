package dev.headroom.router.internal.dialect;

import dev.headroom.router.NodeRole;
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

/**
 * What the router asks PostgreSQL: roles, positions, and a commit that tells its position. PostgreSQL 11 and newer; needs no privilege,
 * but tells the timeline of a standby at once only to members of {@code pg_monitor}.
 */
public final class Postgres implements ReplicationDialect {
    /** What the driver calls the product. */
    static final String PRODUCT = "PostgreSQL";

    /** The SQL state of a statement in a transaction that has failed already. */
    private static final String IN_FAILED_TRANSACTION = "25P02";

    private static final String PROBE = """
            select in_recovery,
                   case when in_recovery then pg_last_wal_replay_lsn() else pg_current_wal_insert_lsn() end - '0/0',
                   case when in_recovery
                        then coalesce((select received_tli from pg_stat_wal_receiver), 0)
                        else ('x' || substr(pg_walfile_name(pg_current_wal_insert_lsn()), 1, 8))::bit(32)::int end,
                   case when in_recovery then (select timeline_id from pg_control_checkpoint()) else 0 end,
                   (select setting::bigint from pg_settings where name = 'wal_segment_size'),
                   (select setting::bigint from pg_settings where name = 'wal_block_size'),
                   (extract(epoch from pg_postmaster_start_time()) * 1000000)::bigint,
                   (select system_identifier from pg_control_system())
              from (select pg_is_in_recovery() as in_recovery) as node
            """;

    /** One round trip; the first column is true if and only if the transaction wrote, whatever its SQL looked like. */
    private static final String COMMIT =
            "select txid_current_if_assigned() is not null; commit; select pg_current_wal_insert_lsn() - '0/0'";

    private static final int LONG_PAGE_HEADER = 40;
    private static final int PAGE_HEADER = 24;

    private final Map<String, Told> last = new ConcurrentHashMap<>();

    /** Of the cluster's servers, which have it of their first one; mostly one. */
    private final Set<Long> systems = ConcurrentHashMap.newKeySet();

    private volatile long segmentSize = 16L << 20;
    private volatile long blockSize = 8192;

    /**
     * What a node said.
     *
     * @param answer its role and position
     * @param streaming whether it is a standby that hears from what it follows, and so knows the timeline of that
     * @param startedAt when its server was started, by its own clock
     * @param system its cluster's identifier
     */
    private record Told(Answer answer, boolean streaming, long startedAt, long system) {
        /**
         * A standby whose stream is cut tells only its checkpoint's timeline, which may be older than what it follows, as it has told before. It
         * has not, if it was another server then: one that is started anew may have other data.
         */
        Told rememberedBy(Told now) {
            boolean forgot = !now.streaming
                    && startedAt == now.startedAt
                    && answer.role() == now.answer.role()
                    && answer.position().timeline() > now.answer.position().timeline();
            return forgot ? now.on(answer.position().timeline()) : now;
        }

        private Told on(long timeline) {
            Position position = new Position(timeline, answer.position().sequence());
            return new Told(new Answer(answer.role(), position), streaming, startedAt, system);
        }
    }

    /** Asks for role and position; the knowledge of the timeline is the freshest of stream and checkpoint. */
    @Override
    public Answer probe(Asked node, Connection connection) throws SQLException {
        Told now = ask(connection);
        systems.add(now.system());
        return last.merge(node.name(), now, Told::rememberedBy).answer();
    }

    private Told ask(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(PROBE)) {
            row.next();
            boolean standby = row.getBoolean(1);
            segmentSize = row.getLong(5);
            blockSize = row.getLong(6);
            long timeline = Math.max(row.getInt(3), row.getInt(4));
            long lsn = row.getLong(2);
            Answer answer = standby
                    ? new Answer(NodeRole.REPLICA, new Position(timeline, lsn))
                    : new Answer(NodeRole.PRIMARY, new Position(timeline, reachable(lsn)));
            return new Told(answer, standby && row.getInt(3) > 0, row.getLong(7), row.getLong(8));
        }
    }

    /** Commits and asks for the position in one round trip. */
    @Override
    public Commit commit(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            boolean wrote = first(statement, COMMIT);
            statement.getMoreResults(); // the commit's
            statement.getMoreResults();
            try (ResultSet row = statement.getResultSet()) {
                row.next();
                return new Commit(wrote, reachable(row.getLong(1)));
            }
        } catch (SQLException failure) {
            if (!IN_FAILED_TRANSACTION.equals(failure.getSQLState())) {
                throw failure;
            }
            connection.commit(); // behaves as the driver does for a transaction that has failed
            return Commit.NOTHING;
        }
    }

    /** Nothing commits here but the word itself, for which the router looks. */
    @Override
    public Commit rollback(Connection connection) throws SQLException {
        connection.rollback();
        return Commit.NOTHING;
    }

    @Override
    public Optional<Position> capture(Connection connection) throws SQLException {
        if (!speaks(connection)) {
            return Optional.empty();
        }
        Told now = ask(connection);
        return systems.contains(now.system()) ? Optional.of(now.answer().position()) : Optional.empty();
    }

    @Override
    public void forget(String node) {
        last.remove(node);
    }

    @Override
    public String mark() {
        return "p";
    }

    @Override
    public boolean speaks(Connection connection) throws SQLException {
        return PRODUCT.equals(connection.getMetaData().getDatabaseProductName());
    }

    /** Outside of transactions the driver's {@code setReadOnly} does nothing. */
    @Override
    public void refuseWrites(Connection connection, boolean refuse) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("set session characteristics as transaction " + (refuse ? "read only" : "read write"));
        }
    }

    /**
     * The position that a standby reaches when it has replayed all: on an idle page boundary the insert position stands after a page
     * header that is not written yet, and no standby would ever get there.
     */
    long reachable(long lsn) {
        if (lsn % segmentSize == LONG_PAGE_HEADER) {
            return lsn - LONG_PAGE_HEADER;
        }
        return lsn % blockSize == PAGE_HEADER ? lsn - PAGE_HEADER : lsn;
    }

    private static boolean first(Statement statement, String sql) throws SQLException {
        statement.execute(sql);
        try (ResultSet row = statement.getResultSet()) {
            row.next();
            return row.getBoolean(1);
        }
    }
}
