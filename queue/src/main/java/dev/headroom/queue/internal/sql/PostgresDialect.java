package dev.headroom.queue.internal.sql;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.stream.Collectors;

/** PostgreSQL 12 and newer. Its claims are {@link PostgresClaims}. */
final class PostgresDialect implements Dialect {
    private static final String INSERT_ALL = """
            insert into headroom_job (queue, priority, criticality, max_attempts, kind, kind_version, flags, trace, user_id,
              state, run_at, payload, lane, limit_key)
            select ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, clock_timestamp() + ? * interval '1 millisecond', u.payload, u.lane, u.limit_key
            from unnest(?::text[], ?::smallint[], ?::text[]) with ordinality as u(payload, lane, limit_key, number) order by u.number
            """;

    /** With selects of the clock, or the index would be walked to its end for those that are not due. */
    private static final String PROMOTE = """
            with due as materialized (
              select id from headroom_job where state = 2 and run_at <= (select clock_timestamp())
              and run_at >= (select clock_timestamp() + ? * interval '1 millisecond')
              order by run_at limit ? for update skip locked)
            update headroom_job j set state = 0, pos = nextval('headroom_job_pos') from due where j.id = due.id
            """;

    private static final String OLDEST = """
            select coalesce(max(extract(epoch from clock_timestamp() - x.run_at) * 1000), 0)::bigint
            from generate_series(0, 9) as p(priority) cross join generate_series(0, 3) as c(criticality)
            cross join lateral (
              select j.run_at from headroom_job j
              where j.queue = ? and j.state = 0 and j.priority = p.priority and j.criticality = c.criticality
              order by j.lane, j.pos limit 1) x
            """;

    private static final String LOCK = "select 1 from headroom_job where id = ? and state = ? for update skip locked";

    private static final String LOCK_AND_GIVE_BACK = "savepoint headroom_asked; " + LOCK
            + "; rollback to savepoint headroom_asked; release savepoint headroom_asked";

    /** Any number that no other user of advisory locks in this database has. */
    private static final long INSTALLER_LOCK = 0x48656164726f6f6dL;

    private final boolean readsCommitted;
    private final long lockMillis;

    /**
     * @param readsCommitted whether transactions begin in READ COMMITTED, so that it need not be set
     * @param lockMillis how long they wait for a lock unless told otherwise; 0 for ever
     */
    PostgresDialect(boolean readsCommitted, long lockMillis) {
        this.readsCommitted = readsCommitted;
        this.lockMillis = lockMillis;
    }

    /** That of a connection's transactions. */
    static PostgresDialect of(Connection connection) throws SQLException {
        boolean readsCommitted = connection.getTransactionIsolation() == Connection.TRANSACTION_READ_COMMITTED;
        try (Statement statement = connection.createStatement();
                ResultSet rows =
                        statement.executeQuery("select setting from pg_settings where name = 'lock_timeout'")) {
            return new PostgresDialect(readsCommitted, rows.next() ? rows.getLong(1) : 0);
        }
    }

    @Override
    public void begin(Connection connection) throws SQLException {
        if (!readsCommitted) {
            try (Statement statement = connection.createStatement()) {
                statement.execute(PostgresClaims.READ_COMMITTED);
            }
        }
    }

    @Override
    public Connection limitWaits(Connection connection, long millis) {
        return waitsForLess(millis)
                ? connection
                : TellingConnection.of(connection, "set local lock_timeout = " + millis);
    }

    @Override
    public Dialect ofUnknownPool() {
        return new PostgresDialect(false, 0);
    }

    @Override
    public Connection limitWaitsOfEach(Connection connection, long millis) {
        return connection;
    }

    @Override
    public Connection limitWaitsByCompletion(Connection connection, long millis) {
        return connection;
    }

    @Override
    public String andLimitWaits(long millis) {
        // Not a statement more for each job. It is evaluated before any row is looked at. The transaction is the
        // application's, and so may be a shorter limit, whatever this one's pool has.
        String own = "current_setting('lock_timeout')";
        return " and (select set_config('lock_timeout', case when " + own + "::interval > interval '0' and " + own
                + "::interval < interval '" + millis + " milliseconds' then " + own + " else '" + millis
                + "' end, true)) <> ''";
    }

    private boolean waitsForLess(long millis) {
        return lockMillis > 0 && lockMillis <= millis;
    }

    @Override
    public String name() {
        return "postgresql";
    }

    @Override
    public String now() {
        return "clock_timestamp()";
    }

    @Override
    public String plusMillis(String expression) {
        return expression + " + ? * interval '1 millisecond'";
    }

    @Override
    public String millisSince(String expression) {
        return "(extract(epoch from clock_timestamp() - " + expression + ") * 1000)::bigint";
    }

    @Override
    public String server() {
        return "pg_postmaster_start_time()::text";
    }

    @Override
    public String nextPosition() {
        return "nextval('headroom_job_pos')";
    }

    @Override
    public String unlessUniqueKeyIsTaken() {
        return " on conflict (unique_key) where unique_key is not null do nothing";
    }

    @Override
    public boolean keepsLocksOfOthers() {
        return true;
    }

    @Override
    public String keepingRows() {
        // Goes with any change of the row but one of its number:
        // the unique key's index is partial, and so no key in this sense.
        return " for key share";
    }

    @Override
    public boolean changesKeptRows() {
        return true;
    }

    @Override
    public boolean isLockedByOthers(Connection connection, long id, int state) throws SQLException {
        // There is no asking without locking. All sent together,
        // or who stops in between would look like a worker to others.
        boolean alone = connection.getAutoCommit();
        try (PreparedStatement statement = connection.prepareStatement(alone ? LOCK : LOCK_AND_GIVE_BACK)) {
            statement.setLong(1, id);
            statement.setInt(2, state);
            for (boolean query = statement.execute(); !query; ) {
                query = statement.getMoreResults();
            }
            try (ResultSet rows = statement.getResultSet()) {
                return !rows.next();
            }
        }
    }

    @Override
    public void lockSchema(Connection connection) throws SQLException {
        try (PreparedStatement lock = connection.prepareStatement("select pg_advisory_xact_lock(?)")) {
            lock.setLong(1, INSTALLER_LOCK);
            lock.execute();
        }
    }

    @Override
    public List<ClaimedJob> claim(Connection connection, Claim claim) throws SQLException {
        return PostgresClaims.claim(connection, claim);
    }

    @Override
    public List<LockedJob> lock(Connection connection, Claim claim) throws SQLException {
        return PostgresClaims.lock(connection, claim);
    }

    @Override
    public boolean hasFloors() {
        return true;
    }

    @Override
    public boolean lookBelow(Connection connection, Floors floors, int queue) throws SQLException {
        return PostgresClaims.lookBelow(connection, floors, queue);
    }

    @Override
    public List<ClaimedJob> changeHeld(Connection connection, String change, List<ClaimedJob> jobs)
            throws SQLException {
        Map<Long, List<ClaimedJob>> byLease = jobs.stream().collect(Collectors.groupingBy(ClaimedJob::lease));
        Set<Long> changed = new HashSet<>();
        // Not simply the lease's column: the planner would walk that index,
        // which has a dead entry for each job the node ever held.
        String sql = change + " where id = any(?) and coalesce(lease, 0) = ? and state = 1 returning id";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (Map.Entry<Long, List<ClaimedJob>> held : byLease.entrySet()) {
                Object[] ids = held.getValue().stream().map(ClaimedJob::id).toArray();
                statement.setArray(1, connection.createArrayOf("bigint", ids));
                statement.setLong(2, held.getKey());
                try (ResultSet rows = statement.executeQuery()) {
                    while (rows.next()) {
                        changed.add(rows.getLong(1));
                    }
                }
            }
        }
        return jobs.stream().filter(job -> changed.contains(job.id())).toList();
    }

    @Override
    public int changeRows(Connection connection, String change, Collection<Long> ids) throws SQLException {
        if (ids.isEmpty()) {
            return 0;
        }
        try (PreparedStatement statement = connection.prepareStatement(change + " = any(?)")) {
            statement.setArray(
                    1, connection.createArrayOf("bigint", ids.stream().sorted().toArray()));
            return statement.executeUpdate();
        }
    }

    @Override
    public NodeTable.Beat beat(Connection connection, long lease, String name, int workers, long gapMillis)
            throws SQLException {
        // A transaction by itself, in which nothing can be set before.
        // Two fifths of the time for an answer, as elsewhere.
        String sql = "with beat as (" + NodeTable.beat(this) + andLimitWaits(Math.max(1, gapMillis / 5 * 2))
                + " returning id) select exists (select 1 from beat), array(select id from headroom_job where lease = ?"
                + " and state = 1 and mod(flags, 4) >= 2), " + NodeTable.around(this);
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            NodeTable.bindBeat(statement, lease, name, workers, gapMillis);
            statement.setLong(5, lease);
            statement.setLong(6, lease);
            try (ResultSet rows = statement.executeQuery()) {
                rows.next();
                Long[] cancelled = (Long[]) rows.getArray(2).getArray();
                return new NodeTable.Beat(rows.getBoolean(1), NodeTable.around(rows, 2), Set.of(cancelled));
            }
        }
    }

    @Override
    public int promoteDue(Connection connection, int limit, long overdueMillis) throws SQLException {
        return Sql.change(connection, PROMOTE, -overdueMillis, limit);
    }

    @Override
    public long oldestReadyMillis(Connection connection, int queue) throws SQLException {
        return Math.max(0, Sql.longs(connection, OLDEST, queue).get(0));
    }

    @Override
    public String insertIfAbsent(String table, String key, String columns, String values) {
        return "insert into " + table + " (" + key + ", " + columns + ") values (?, " + values + ") on conflict (" + key
                + ") do nothing";
    }

    @Override
    public boolean insertAll(Connection connection, List<NewJob> jobs) throws SQLException {
        NewJob first = jobs.get(0);
        try (PreparedStatement statement = connection.prepareStatement(INSERT_ALL)) {
            statement.setInt(1, first.queue());
            statement.setInt(2, first.priority());
            statement.setInt(3, first.criticality());
            statement.setInt(4, first.maxAttempts());
            statement.setString(5, first.kind());
            statement.setInt(6, first.version());
            statement.setInt(7, first.flags());
            statement.setString(8, first.trace());
            statement.setString(9, first.user());
            statement.setInt(10, first.delayMillis() > 0 ? 2 : 0);
            statement.setLong(11, first.delayMillis());
            Object[] payloads = jobs.stream().map(NewJob::payload).toArray();
            Object[] lanes = jobs.stream().map(job -> (short) job.lane()).toArray();
            statement.setArray(12, connection.createArrayOf("text", payloads));
            statement.setArray(13, connection.createArrayOf("smallint", lanes));
            Object[] limits = jobs.stream().map(NewJob::limitKey).toArray();
            statement.setArray(14, connection.createArrayOf("text", limits));
            statement.executeUpdate();
        }
        return true;
    }

    @Override
    public void insertLimits(Connection connection, SortedMap<String, Allowance> allowances) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(
                "insert into headroom_job_limit (limit_key, running, every_micros, burst, turn) select k.*, ("
                        + epochMillis() + ") * 1000 from unnest(?::text[], ?::int[], ?::bigint[], ?::int[]) as k"
                        + " on conflict (limit_key) do nothing")) {
            Collection<Allowance> all = allowances.values();
            statement.setArray(
                    1, connection.createArrayOf("text", allowances.keySet().toArray()));
            statement.setArray(
                    2,
                    connection.createArrayOf(
                            "int", all.stream().map(Allowance::running).toArray()));
            statement.setArray(
                    3,
                    connection.createArrayOf(
                            "bigint", all.stream().map(Allowance::everyMicros).toArray()));
            statement.setArray(
                    4,
                    connection.createArrayOf(
                            "int", all.stream().map(Allowance::burst).toArray()));
            statement.executeUpdate();
        }
    }

    @Override
    public void select(Connection connection, String sql, Collection<String> keys, Reader reader) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql.replace("in (keys)", "= any(?)"))) {
            statement.setArray(1, connection.createArrayOf("text", keys.toArray()));
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    reader.read(rows);
                }
            }
        }
    }
}
