package dev.headroom.queue.internal.sql;

import dev.headroom.queue.Unique;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.OptionalLong;

/**
 * Places jobs of which there may be one in a time. The key's row is the lock: whoever takes it has it until the end of the transaction, and
 * with its commit for the time; a rollback leaves it free.
 */
public final class UniqueWindows {
    private static final int MOST_TRIES = 20;

    private final Dialect dialect;
    private final JobInserts inserts;

    /** Statements in this dialect. */
    public UniqueWindows(Dialect dialect, JobInserts inserts) {
        this.dialect = dialect;
        this.inserts = inserts;
    }

    /** Inserts the job if its key is free; returns the job that has the key then, which may have ended. */
    public UniqueJobs.Placed place(Connection connection, NewJob job, Unique unique) throws SQLException {
        String key = job.kind() + ":" + unique.key();
        long millis = unique.window().toMillis();
        // Between a look and the next the key may be thrown away as one that is free.
        for (int tries = 0; tries < MOST_TRIES; tries++) {
            if (retake(connection, key, millis) || take(connection, key, millis)) {
                long id = inserts.insert(connection, job);
                Sql.change(connection, "update headroom_job_window set job_id = ? where unique_key = ?", id, key);
                return new UniqueJobs.Placed(id, true, false);
            }
            OptionalLong holder = holder(connection, key);
            if (holder.isPresent()) {
                return new UniqueJobs.Placed(
                        holder.getAsLong(), false, unique.onDuplicate() == Unique.OnDuplicate.FAIL);
            }
        }
        throw new SQLException("unique " + key + ": taken by a transaction that this one does not see");
    }

    private boolean take(Connection connection, String key, long millis) throws SQLException {
        String sql = dialect.insertIfAbsent("headroom_job_window", "unique_key", "free_at", dialect.nowPlusMillis());
        return Sql.change(connection, sql, key, millis) == 1;
    }

    private boolean retake(Connection connection, String key, long millis) throws SQLException {
        String sql = "update " + dialect.byNumber("headroom_job_window") + " set free_at = " + dialect.nowPlusMillis()
                + " where unique_key = ? and free_at <= " + dialect.now();
        return Sql.change(connection, sql, millis, key) == 1;
    }

    private OptionalLong holder(Connection connection, String key) throws SQLException {
        String sql = "select job_id from headroom_job_window where unique_key = ?" + dialect.readingLatest();
        return Sql.longs(connection, sql, key).stream()
                .mapToLong(Long::longValue)
                .findFirst();
    }

    /** Forgets at most so many keys that are free again, and that no caller is about to take; returns how many. */
    public int prune(Connection connection, int limit) throws SQLException {
        String sql = "select unique_key from headroom_job_window where free_at < " + dialect.now()
                + " order by free_at limit ? for update skip locked";
        List<String> free = Sql.list(connection, sql, row -> row.getString(1), limit);
        if (!free.isEmpty()) {
            try (PreparedStatement delete =
                    connection.prepareStatement("delete from headroom_job_window where unique_key = ?")) {
                for (String key : free) {
                    delete.setString(1, key);
                    delete.addBatch();
                }
                delete.executeBatch();
            }
        }
        return free.size();
    }
}
