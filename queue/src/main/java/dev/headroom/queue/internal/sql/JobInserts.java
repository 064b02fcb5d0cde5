package dev.headroom.queue.internal.sql;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.OptionalLong;

/** The statements that put jobs into the table of live ones. */
public final class JobInserts {
    private final Dialect dialect;
    private final String insertReady;
    private final String insertScheduled;
    private final String insertWaiting;

    /** Statements in this dialect. */
    public JobInserts(Dialect dialect) {
        this.dialect = dialect;
        String insert = "insert into headroom_job (queue, priority, criticality, max_attempts, kind, unique_key, flags,"
                + " trace, user_id, payload, lane, kind_version, limit_key, state, run_at) values (?, ?, ?, ?, ?, ?, ?, ?, ?,"
                + " ?, ?, ?, ?, ";
        this.insertReady = insert + "0, " + dialect.now() + ")";
        this.insertWaiting = insert + "4, " + dialect.now() + ")";
        this.insertScheduled = insert + "2, " + dialect.nowPlusMillis() + ")";
    }

    /** Inserts one job and returns its number. */
    public long insert(Connection connection, NewJob job) throws SQLException {
        return insert(connection, job, "").orElseThrow();
    }

    /** Inserts one job unless a job with its unique key is there. */
    OptionalLong insertUnique(Connection connection, NewJob job) throws SQLException {
        try {
            return insert(connection, job, dialect.unlessUniqueKeyIsTaken());
        } catch (SQLException refused) {
            if (dialect.isDuplicate(refused)) {
                return OptionalLong.empty();
            }
            throw refused;
        }
    }

    private OptionalLong insert(Connection connection, NewJob job, String condition) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(insert(job) + condition, new String[] {"id"})) {
            bind(statement, job);
            statement.executeUpdate();
            try (ResultSet keys = statement.getGeneratedKeys()) {
                return keys.next() ? OptionalLong.of(keys.getLong(1)) : OptionalLong.empty();
            }
        }
    }

    /** Inserts jobs of one kind that differ in payload and lane alone, many in one statement; they are ready in their order. */
    public void insertAll(Connection connection, List<NewJob> jobs) throws SQLException {
        if (dialect.insertAll(connection, jobs)) {
            return;
        }
        for (List<NewJob> few : Chunks.of(jobs, Rows.AT_ONCE)) {
            try (PreparedStatement statement = connection.prepareStatement(insert(few))) {
                bind(statement, few);
                statement.executeUpdate();
            }
        }
    }

    /** The same, and returns their numbers, in their order. */
    public List<Long> insertAllNumbered(Connection connection, List<NewJob> jobs) throws SQLException {
        List<Long> ids = new ArrayList<>();
        String returning = dialect.returningNumbers();
        for (List<NewJob> few : Chunks.of(jobs, Rows.AT_ONCE)) {
            String sql = insert(few) + returning;
            try (PreparedStatement statement = returning.isEmpty()
                    ? connection.prepareStatement(sql, new String[] {"id"})
                    : connection.prepareStatement(sql)) {
                bind(statement, few);
                List<Long> some = new ArrayList<>();
                boolean query = statement.execute();
                try (ResultSet rows = query ? statement.getResultSet() : statement.getGeneratedKeys()) {
                    while (rows.next()) {
                        some.add(rows.getLong(1));
                    }
                }
                if (some.size() != few.size()) {
                    throw new SQLException("insert of " + few.size() + " jobs: " + some.size() + " numbers");
                }
                // Numbers rise from row to row, whatever the order in which they come back.
                some.sort(null);
                ids.addAll(some);
            }
        }
        return ids;
    }

    private String insert(List<NewJob> few) {
        String insert = insert(few.get(0));
        String row = insert.substring(insert.indexOf(" values ") + " values ".length());
        return insert.substring(0, insert.length() - row.length())
                + String.join(", ", Collections.nCopies(few.size(), row));
    }

    private static void bind(PreparedStatement statement, List<NewJob> few) throws SQLException {
        int next = 0;
        for (NewJob job : few) {
            next = bind(statement, job, next);
        }
    }

    private String insert(NewJob job) {
        if (job.delayMillis() == NewJob.WAITS) {
            return insertWaiting;
        }
        return job.delayMillis() > 0 ? insertScheduled : insertReady;
    }

    private static void bind(PreparedStatement statement, NewJob job) throws SQLException {
        bind(statement, job, 0);
    }

    /** Binds the parameters after so many; returns how many there are then. */
    private static int bind(PreparedStatement statement, NewJob job, int bound) throws SQLException {
        int next = bound;
        statement.setInt(++next, job.queue());
        statement.setInt(++next, job.priority());
        statement.setInt(++next, job.criticality());
        statement.setInt(++next, job.maxAttempts());
        statement.setString(++next, job.kind());
        statement.setString(++next, job.uniqueKey());
        statement.setInt(++next, job.flags());
        statement.setString(++next, job.trace());
        statement.setString(++next, job.user());
        statement.setString(++next, job.payload());
        statement.setInt(++next, job.lane());
        statement.setInt(++next, job.version());
        statement.setString(++next, job.limitKey());
        if (job.delayMillis() > 0) {
            statement.setLong(++next, job.delayMillis());
        }
        return next;
    }
}
