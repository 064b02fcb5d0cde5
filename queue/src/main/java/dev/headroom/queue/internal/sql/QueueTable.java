package dev.headroom.queue.internal.sql;

import dev.headroom.queue.JobState;
import dev.headroom.queue.QueueLength;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The statements on queues: their interned names and what is in them. No count reads more than {@value QueueLength#COUNTED} rows: ready
 * jobs up to that number for each queue and priority, through the index that claims use; scheduled jobs, dead letters and running jobs up
 * to that number for all queues together.
 */
public final class QueueTable {
    private static final String CAP = " limit " + QueueLength.COUNTED;
    private static final String READY = IntStream.rangeClosed(0, 9)
            .mapToObj(priority -> "select " + priority + ", count(*) from (select 1 from headroom_job where queue = ?"
                    + " and state = 0 and priority = " + priority + CAP + ") as c" + priority)
            .collect(Collectors.joining(" union all "));

    private final Dialect dialect;

    /** Statements in this dialect. */
    public QueueTable(Dialect dialect) {
        this.dialect = dialect;
    }

    /** Interns a name and returns all there are. */
    public Map<String, Integer> intern(Connection connection, String name) throws SQLException {
        Map<String, Integer> known = all(connection);
        if (known.containsKey(name)) {
            // An insert that does nothing uses up one of the few numbers.
            return known;
        }
        Sql.change(connection, dialect.insertIfAbsent("headroom_job_queue", "name", "paused_at", "null"), name);
        return all(connection);
    }

    /** All interned names. */
    public Map<String, Integer> all(Connection connection) throws SQLException {
        Map<String, Integer> queues = new TreeMap<>();
        try (PreparedStatement statement = connection.prepareStatement("select name, id from headroom_job_queue");
                ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                queues.put(rows.getString(1), rows.getInt(2));
            }
        }
        return queues;
    }

    /** The paused queues, and since when each is. */
    public Map<String, Instant> paused(Connection connection) throws SQLException {
        Map<String, Instant> paused = new TreeMap<>();
        String sql = "select name, paused_at from headroom_job_queue where paused_at is not null";
        try (PreparedStatement statement = connection.prepareStatement(sql);
                ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                paused.put(rows.getString(1), dialect.instant(rows, 2));
            }
        }
        return paused;
    }

    /** Pauses a queue; false if it is paused already. */
    public boolean pause(Connection connection, int queue) throws SQLException {
        String sql =
                "update headroom_job_queue set paused_at = " + dialect.now() + " where paused_at is null and id = ?";
        return Sql.change(connection, sql, queue) == 1;
    }

    /** Has a paused queue's jobs begin again; false if it is not paused. */
    public boolean resume(Connection connection, int queue) throws SQLException {
        String sql = "update headroom_job_queue set paused_at = null where paused_at is not null and id = ?";
        return Sql.change(connection, sql, queue) == 1;
    }

    /** A select of the paused queues' numbers, separated by commas; null if there are none. */
    static String pausedNumbers(Dialect dialect) {
        return "select " + dialect.joined("id") + " from headroom_job_queue where paused_at is not null";
    }

    /** Reads these numbers. */
    static Set<Integer> numbers(@Nullable String joined) {
        return joined == null || joined.isEmpty()
                ? Set.of()
                : Stream.of(joined.split(",")).map(Integer::valueOf).collect(Collectors.toUnmodifiableSet());
    }

    /** The numbers of the paused queues. */
    public Set<Integer> pausedNumbers(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(pausedNumbers(dialect));
                ResultSet rows = statement.executeQuery()) {
            return rows.next() ? numbers(rows.getString(1)) : Set.of();
        }
    }

    /** What is in these queues. */
    public Map<Integer, QueueCounts> counts(Connection connection, Collection<Integer> queues) throws SQLException {
        Map<Integer, QueueCounts> counts = new HashMap<>();
        for (int queue : queues) {
            QueueCounts each = new QueueCounts();
            ready(connection, queue, each);
            each.oldestAge(dialect.oldestReadyMillis(connection, queue));
            counts.put(queue, each);
        }
        grouped(connection, JobState.SCHEDULED, "headroom_job where state = 2 order by run_at", counts);
        grouped(connection, JobState.RUNNING, "headroom_job where state = 1", counts);
        grouped(connection, JobState.BLOCKED, "headroom_job where state >= 3", counts);
        grouped(connection, JobState.DEAD, "headroom_job_dead order by died_at desc, id desc", counts);
        return counts;
    }

    /** A job that runs, and for how long it has been due. */
    public record Running(long id, String kind, int queue, int attempt, String node, long millis) {}

    /** Those of the running jobs, as far as they are counted, that were due longest ago. */
    public List<Running> running(Connection connection, int limit) throws SQLException {
        String sql = "select r.id, r.kind, r.queue, r.attempt, n.name, " + dialect.millisSince("r.run_at")
                + " from (select id, kind, queue, attempt, lease, run_at from headroom_job where state = 1" + CAP
                + ") as r left join headroom_job_node n on n.id = r.lease order by r.run_at, r.id limit ?";
        return Sql.list(connection, sql, QueueTable::running, limit);
    }

    private static Running running(ResultSet row) throws SQLException {
        String node = row.getString(5);
        return new Running(
                row.getLong(1),
                row.getString(2),
                row.getInt(3),
                row.getInt(4),
                node == null ? "" : node,
                Math.max(0, row.getLong(6)));
    }

    private static void ready(Connection connection, int queue, QueueCounts into) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(READY)) {
            for (int priority = 0; priority <= 9; priority++) {
                statement.setInt(priority + 1, queue);
            }
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    into.set(JobState.READY, rows.getInt(1), rows.getLong(2));
                }
            }
        }
    }

    private static void grouped(Connection connection, JobState state, String from, Map<Integer, QueueCounts> into)
            throws SQLException {
        String sql = "select queue, priority, count(*) from (select queue, priority from " + from + CAP
                + ") as counted group by queue, priority";
        try (PreparedStatement statement = connection.prepareStatement(sql);
                ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                QueueCounts counts = into.get(rows.getInt(1));
                if (counts != null) {
                    counts.set(state, rows.getInt(2), rows.getLong(3));
                }
            }
        }
    }
}
