package dev.headroom.queue.internal.sql;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** The statements on steps: what parts of a job are done, and what they gave. Stateless. */
public final class StepTable {
    private static final int CHUNK = 500;

    /** The result of a step that was done. */
    public Optional<String> find(Connection connection, long job, String name) throws SQLException {
        String sql = "select result from headroom_job_step where job_id = ? and name = ?";
        return Sql.first(connection, sql, row -> row.getString(1), job, name);
    }

    /** Keeps that a step is done; false if the job's lease was lost. */
    public boolean keep(Connection connection, ClaimedJob job, String name, String result) throws SQLException {
        String sql = "insert into headroom_job_step (job_id, name, result) select id, ?, ? from headroom_job"
                + " where id = ? and lease = ? and state = 1";
        return Sql.change(connection, sql, name, result, job.id(), job.lease()) == 1;
    }

    /** Forgets the steps of jobs that are over. */
    public void forget(Connection connection, Collection<Long> jobs) throws SQLException {
        Ids.change(connection, "delete from headroom_job_step where job_id", jobs);
    }

    /**
     * Forgets the steps of jobs that are gone without a trace, of a chunk of those after a number; returns the last one looked at, 0 at the
     * end.
     */
    public long forgetGone(Connection connection, long after) throws SQLException {
        String sql = "select c.job_id, j.id, d.id from (select distinct job_id from headroom_job_step where job_id > ?"
                + " order by job_id limit " + CHUNK + ") c left join headroom_job j on j.id = c.job_id"
                + " left join headroom_job_dead d on d.id = c.job_id order by c.job_id";
        long last = 0;
        int count = 0;
        List<Long> gone = new ArrayList<>();
        try (PreparedStatement select = connection.prepareStatement(sql)) {
            select.setLong(1, after);
            try (ResultSet rows = select.executeQuery()) {
                while (rows.next()) {
                    last = rows.getLong(1);
                    count++;
                    rows.getLong(2);
                    boolean noJob = rows.wasNull();
                    rows.getLong(3);
                    if (noJob && rows.wasNull()) {
                        gone.add(last);
                    }
                }
            }
        }
        forget(connection, gone);
        return count < CHUNK ? 0 : last;
    }
}
