package dev.headroom.queue.internal.sql;

import dev.headroom.queue.DeadJob;
import dev.headroom.queue.JobResult;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;

/** The statements on dead letters. A job moves between the tables within the caller's transaction, its row locked first. */
public final class DeadTable {
    private static final String KEPT =
            "id, queue, priority, criticality, lane, attempt, max_attempts, crashes, created_at, kind,"
                    + " kind_version, limit_key, trace, user_id, payload";

    private final Dialect dialect;
    private final ResultTable results;
    private final BatchTable batches;

    /** Statements in this dialect. */
    public DeadTable(Dialect dialect) {
        this.dialect = dialect;
        this.results = new ResultTable(dialect);
        this.batches = new BatchTable(dialect);
    }

    /** What came of a burial: whether the lease still held, and whether others became ready for it. */
    public record Buried(boolean ours, boolean released) {}

    /** Makes the job a dead letter, if the lease still holds. */
    public Buried bury(Connection connection, Burial burial, boolean tracked) throws SQLException {
        ClaimedJob job = burial.job();
        String lock = "update " + dialect.byNumber("headroom_job")
                + " set error = ? where id = ? and coalesce(lease, 0) = ? and state = 1";
        if (Sql.change(connection, lock, burial.error(), job.id(), job.lease()) != 1) {
            return new Buried(false, false);
        }
        if (tracked) {
            results.openIfAbsent(connection, job.id(), job.kind());
        }
        return new Buried(true, move(connection, job.id(), burial.reason()));
    }

    /** Makes a job whose row is locked a dead letter; returns whether others became ready for it. */
    boolean move(Connection connection, long id, DeadJob.Reason reason) throws SQLException {
        String copy = "insert into headroom_job_dead (" + KEPT + ", error, reason) select " + KEPT
                + ", error, ? from headroom_job where id = ?";
        Sql.change(connection, copy, reason.name(), id);
        dialect.changeRows(connection, "delete from headroom_job where id", List.of(id));
        results.died(connection, id);
        return batches.ended(connection, id, JobResult.End.DEAD);
    }

    /** The newest ones first. */
    public List<DeadJob> newest(Connection connection, int limit) throws SQLException {
        String sql = "select d.id, d.kind, q.name, d.attempt, d.died_at, d.reason, d.error from headroom_job_dead d"
                + " join headroom_job_queue q on q.id = d.queue order by d.died_at desc, d.id desc limit ?";
        return Sql.list(connection, sql, this::read, limit);
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
        String sql = "select id from headroom_job_dead where kind = ? order by kind, id limit ?";
        return Sql.longs(connection, sql, kind, limit);
    }

    /** Makes dead letters ready again, with all their attempts, and returns how many there were. They keep their numbers. */
    public int requeue(Connection connection, Collection<Long> given) throws SQLException {
        List<Long> ids = Ids.locked(
                connection, "select id from " + dialect.byNumber("headroom_job_dead") + " where id", given, "");
        dialect.changeRows(connection, "update headroom_job_dead set attempt = 0, crashes = 0 where id", ids);
        int requeued = dialect.changeRows(
                connection,
                "insert into headroom_job (" + KEPT + ", error)" + dialect.givenNumbers() + " select " + KEPT
                        + ", error from headroom_job_dead where id",
                ids);
        if (requeued > 0) {
            dialect.changeRows(connection, "delete from headroom_job_dead where id", ids);
            batches.reopen(connection, ids);
            results.reopen(connection, ids);
        }
        return requeued;
    }

    /** Deletes at most so many dead letters of so long ago; returns how many. */
    public int prune(Connection connection, long millis, int limit) throws SQLException {
        String sql = "select id from headroom_job_dead where died_at < " + dialect.nowPlusMillis()
                + " order by died_at, id limit ?";
        List<Long> old = Sql.longs(connection, sql, -millis, limit);
        delete(connection, old);
        return old.size();
    }

    /** Deletes dead letters; returns how many there were. */
    public int delete(Connection connection, Collection<Long> ids) throws SQLException {
        int deleted = dialect.changeRows(connection, "delete from headroom_job_dead where id", ids);
        if (deleted > 0) {
            batches.forget(connection, ids);
        }
        return deleted;
    }
}
