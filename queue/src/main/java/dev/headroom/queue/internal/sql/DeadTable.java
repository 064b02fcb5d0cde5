package dev.headroom.queue.internal.sql;

import dev.headroom.queue.DeadJob;
import dev.headroom.queue.JobResult;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** The statements on dead letters. A job moves between the tables within the caller's transaction, its row locked first. */
public final class DeadTable {
    private static final String KEPT =
            "id, queue, priority, criticality, lane, attempt, max_attempts, crashes, created_at, kind,"
                    + " kind_version, trace, user_id, payload";

    private final Dialect dialect;
    private final ResultTable results;
    private final BatchTable batches;

    /** Statements in this dialect. */
    public DeadTable(Dialect dialect) {
        this.dialect = dialect;
        this.results = new ResultTable(dialect);
        this.batches = new BatchTable(dialect);
    }

    /** Makes the job a dead letter; false if the lease was lost. */
    public boolean bury(Connection connection, Burial burial) throws SQLException {
        ClaimedJob job = burial.job();
        try (PreparedStatement lock = connection.prepareStatement(
                "update headroom_job set error = ? where id = ? and lease = ? and state = 1")) {
            lock.setString(1, burial.error());
            lock.setLong(2, job.id());
            lock.setLong(3, job.lease());
            if (lock.executeUpdate() != 1) {
                return false;
            }
        }
        move(connection, job.id(), burial.reason());
        return true;
    }

    /** Makes a job whose row is locked a dead letter. */
    void move(Connection connection, long id, DeadJob.Reason reason) throws SQLException {
        try (PreparedStatement copy = connection.prepareStatement("insert into headroom_job_dead (" + KEPT
                + ", error, reason) select " + KEPT + ", error, ? from headroom_job where id = ?")) {
            copy.setString(1, reason.name());
            copy.setLong(2, id);
            copy.executeUpdate();
        }
        deleteOne(connection, "headroom_job", id);
        results.died(connection, id);
        batches.ended(connection, id, JobResult.End.DEAD);
    }

    /** The newest ones first. */
    public List<DeadJob> newest(Connection connection, int limit) throws SQLException {
        String sql = "select d.id, d.kind, q.name, d.attempt, d.died_at, d.reason, d.error from headroom_job_dead d"
                + " join headroom_job_queue q on q.id = d.queue order by d.died_at desc, d.id desc limit ?";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setInt(1, limit);
            try (ResultSet rows = statement.executeQuery()) {
                List<DeadJob> newest = new ArrayList<>();
                while (rows.next()) {
                    newest.add(read(rows));
                }
                return newest;
            }
        }
    }

    private DeadJob read(ResultSet rows) throws SQLException {
        String error = rows.getString(7);
        return new DeadJob(
                rows.getLong(1),
                rows.getString(2),
                rows.getString(3),
                rows.getInt(4),
                dialect.instant(rows, 5),
                DeadJob.Reason.valueOf(rows.getString(6)),
                error == null ? "" : error);
    }

    /** The numbers of at most so many dead letters of a kind. */
    public List<Long> ofKind(Connection connection, String kind, int limit) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(
                "select id from headroom_job_dead where kind = ? order by kind, id limit ?")) {
            statement.setString(1, kind);
            statement.setInt(2, limit);
            try (ResultSet rows = statement.executeQuery()) {
                List<Long> ids = new ArrayList<>();
                while (rows.next()) {
                    ids.add(rows.getLong(1));
                }
                return ids;
            }
        }
    }

    /** Makes a dead letter ready again, with all its attempts; false if there is none. It keeps its number. */
    public boolean requeue(Connection connection, long id) throws SQLException {
        try (PreparedStatement lock =
                connection.prepareStatement("update headroom_job_dead set attempt = 0, crashes = 0 where id = ?")) {
            lock.setLong(1, id);
            if (lock.executeUpdate() != 1) {
                return false;
            }
        }
        try (PreparedStatement copy = connection.prepareStatement("insert into headroom_job (" + KEPT + ", error)"
                + dialect.givenNumbers() + " select " + KEPT + ", error from headroom_job_dead where id = ?")) {
            copy.setLong(1, id);
            copy.executeUpdate();
        }
        deleteOne(connection, "headroom_job_dead", id);
        LimitTable.reopen(connection, id);
        results.reopen(connection, id);
        return true;
    }

    /** Deletes at most so many dead letters of so long ago; returns how many. */
    public int prune(Connection connection, long millis, int limit) throws SQLException {
        List<Long> old = new ArrayList<>();
        try (PreparedStatement select = connection.prepareStatement("select id from headroom_job_dead where died_at < "
                + dialect.nowPlusMillis() + " order by died_at, id limit ?")) {
            select.setLong(1, -millis);
            select.setInt(2, limit);
            try (ResultSet rows = select.executeQuery()) {
                while (rows.next()) {
                    old.add(rows.getLong(1));
                }
            }
        }
        for (long id : old) {
            delete(connection, id);
        }
        return old.size();
    }

    /** Deletes a dead letter; false if there is none. */
    public boolean delete(Connection connection, long id) throws SQLException {
        LimitTable.forget(connection, id);
        return deleteOne(connection, "headroom_job_dead", id);
    }

    private static boolean deleteOne(Connection connection, String table, long id) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("delete from " + table + " where id = ?")) {
            statement.setLong(1, id);
            return statement.executeUpdate() == 1;
        }
    }
}
