package dev.headroom.queue.internal.sql;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.stream.Collectors;

/**
 * MariaDB 10.6 and newer. Its claims are {@link MariaDbClaims}.
 *
 * <p>There is no {@code UPDATE … RETURNING}: rows are locked with {@code FOR UPDATE SKIP LOCKED} in the exact order of an index, then
 * changed by number. Transactions of the queue's own are READ COMMITTED, since in REPEATABLE READ a locking read locks the gaps of the
 * index too, and claims and inserts end in deadlocks. What is left of those is tried again. Batches are not used where it matters which
 * rows were changed: the driver may send them as one and then doesn't say.
 */
final class MariaDbDialect implements Dialect {
    private static final String DUE = "select id from headroom_job force index (headroom_job_scheduled)"
            + " where state = 2 and run_at <= utc_timestamp(6) order by state, run_at limit ? for update skip locked";

    private final String returning;
    private final String keeping;

    /** @param returning whether an insert can give the numbers of all its rows, which MySQL's can't */
    MariaDbDialect(boolean returning) {
        this.returning = returning ? " returning id" : "";
        // MariaDB knows the one alone, and MySQL knows "skip locked" after the other alone.
        this.keeping = returning ? " lock in share mode" : " for share";
    }

    @Override
    public String returningNumbers() {
        return returning;
    }

    @Override
    public String name() {
        return "mariadb";
    }

    @Override
    public String now() {
        return "utc_timestamp(6)";
    }

    @Override
    public String plusMillis(String expression) {
        return "date_add(" + expression + ", interval ? * 1000 microsecond)";
    }

    @Override
    public String millisSince(String expression) {
        return "timestampdiff(microsecond, " + expression + ", utc_timestamp(6)) div 1000";
    }

    @Override
    public String epochMillis() {
        return millisSince("'1970-01-01'");
    }

    @Override
    public String server() {
        return "concat_ws(' ', @@hostname, @@port, @@server_id)";
    }

    @Override
    public String joined(String column) {
        return "group_concat(" + column + ")";
    }

    @Override
    public String nextPosition() {
        return "cast(unix_timestamp(now(6)) * 1000000 as signed)";
    }

    @Override
    public String givenNumbers() {
        return "";
    }

    @Override
    public Instant instant(ResultSet rows, int column) throws SQLException {
        return rows.getObject(column, LocalDateTime.class).toInstant(ZoneOffset.UTC);
    }

    @Override
    public boolean isDuplicate(SQLException failure) {
        return failure.getErrorCode() == 1062;
    }

    @Override
    public boolean isThereAlready(SQLException failure) {
        return failure.getErrorCode() == 1060;
    }

    @Override
    public boolean insertsPastAKey() {
        // Each that finds the key taken keeps a shared lock on it, and all of them then ask for the exclusive one.
        return false;
    }

    @Override
    public String readingLatest() {
        // In REPEATABLE READ, MariaDB's default, nothing but a locking read does.
        return " lock in share mode";
    }

    @Override
    public String keepingRows() {
        return keeping;
    }

    @Override
    public void begin(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("set transaction isolation level read committed");
        }
    }

    @Override
    public Connection limitWaits(Connection connection, long millis) {
        // A lock's own limit would be the session's; this one the driver sends with each statement.
        return TimedConnection.of(connection, (int) Math.max(1, millis / 1_000));
    }

    @Override
    public void lockSchema(Connection connection) {
        // Its script does nothing where the tables are there already.
    }

    @Override
    public List<ClaimedJob> claim(Connection connection, Claim claim) throws SQLException {
        return MariaDbClaims.claim(connection, claim);
    }

    @Override
    public List<LockedJob> lock(Connection connection, Claim claim) throws SQLException {
        return MariaDbClaims.lock(connection, claim);
    }

    @Override
    public boolean countsBatches() {
        // It may send them as one.
        return false;
    }

    @Override
    public int removeLocked(Connection connection, Collection<Long> ids) throws SQLException {
        return change(connection, "delete from headroom_job", ids);
    }

    @Override
    public List<ClaimedJob> changeHeld(Connection connection, String change, List<ClaimedJob> jobs)
            throws SQLException {
        Set<Long> held = new HashSet<>();
        for (long lease :
                jobs.stream().map(ClaimedJob::lease).distinct().sorted().toList()) {
            List<Long> ids = jobs.stream()
                    .filter(job -> job.lease() == lease)
                    .map(ClaimedJob::id)
                    .toList();
            held.addAll(numbers(
                    connection,
                    "select id from " + given(ids) + " where state = 1 and lease = " + lease + " for update"));
        }
        change(connection, change, held.stream().sorted().toList());
        return jobs.stream().filter(job -> held.contains(job.id())).toList();
    }

    @Override
    public int promoteDue(Connection connection, int limit, long overdueMillis) throws SQLException {
        List<Long> due = Sql.longs(connection, DUE, limit);
        change(connection, "update headroom_job set state = 0, pos = " + nextPosition(), due);
        return due.size();
    }

    /** Runs a delete or update of headroom_job without its condition on the jobs of these numbers; returns how many it changed. */
    static int change(Connection connection, String change, Collection<Long> ids) throws SQLException {
        if (ids.isEmpty()) {
            return 0;
        }
        String byNumber = change.startsWith("delete from headroom_job")
                ? "delete headroom_job from " + given(ids)
                : change.replace("update headroom_job ", "update " + given(ids) + " ");
        try (Statement statement = connection.createStatement()) {
            return statement.executeUpdate(byNumber);
        }
    }

    /**
     * The jobs of these numbers, one after the other through the primary key. For a list after {@code in} a small table may be read from
     * end to end all the same, and a list of a thousand is made a join whose order is anybody's: the statement would wait for rows that
     * others have locked.
     */
    private static String given(Collection<Long> ids) {
        String list = ids.stream().sorted().map(String::valueOf).collect(Collectors.joining(",", "'[", "]'"));
        return "json_table(" + list + ", '$[*]' columns (number bigint path '$')) as given"
                + " straight_join headroom_job force index (primary) on id = number";
    }

    private static List<Long> numbers(Connection connection, String sql) throws SQLException {
        List<Long> found = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            while (rows.next()) {
                found.add(rows.getLong(1));
            }
        }
        return found;
    }

    @Override
    public long oldestReadyMillis(Connection connection, int queue) throws SQLException {
        long oldest = 0;
        String select = "select " + millisSince("run_at")
                + " from headroom_job force index (headroom_job_ready) where queue = ? and state = 0"
                + " and priority = ? and criticality = ?"
                + " order by queue, state, priority, criticality, lane, pos, id limit 1";
        try (PreparedStatement statement = connection.prepareStatement(select)) {
            for (Slot slot : MariaDbClaims.slots(connection, queue)) {
                statement.setInt(1, queue);
                statement.setInt(2, slot.priority());
                statement.setInt(3, slot.criticality());
                try (ResultSet rows = statement.executeQuery()) {
                    oldest = rows.next() ? Math.max(oldest, rows.getLong(1)) : oldest;
                }
            }
        }
        return oldest;
    }

    @Override
    public String insertIfAbsent(String table, String key, String columns, String values) {
        return "insert ignore into " + table + " (" + key + ", " + columns + ") values (?, " + values + ")";
    }

    @Override
    public void insertLimits(Connection connection, SortedMap<String, Allowance> allowances) throws SQLException {
        Rows.insert(
                connection,
                "insert ignore into headroom_job_limit (limit_key, running, every_micros, burst, turn) values",
                "(?, ?, ?, ?, (" + epochMillis() + ") * 1000)",
                List.copyOf(allowances.entrySet()),
                (insert, bound, each) -> Keys.bind(insert, bound, each.getKey(), each.getValue()));
    }

    @Override
    public void lockLimits(Connection connection, String columns, Set<String> sorted, String lock, Reader reader)
            throws SQLException {
        // As with jobs: a list after "in" may have it wait for rows that are not asked for.
        String sql =
                "select " + columns + " from json_table(?, '$[*]' columns (named varchar(400) character set utf8mb4"
                        + " collate utf8mb4_bin path '$')) as given straight_join headroom_job_limit force index (primary)"
                        + " on limit_key = named" + lock;
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, Keys.json(sorted));
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    reader.read(rows);
                }
            }
        }
    }

    @Override
    public String byNumber(String table) {
        return table + " force index (primary)";
    }
}
