package dev.headroom.queue.internal.sql;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.Optional;

/** The statements on steps: what parts of a job are done, and what they gave. Stateless. */
public final class StepTable {
    /** The result of a step that was done. */
    public Optional<String> find(Connection connection, long job, String name) throws SQLException {
        try (PreparedStatement select =
                connection.prepareStatement("select result from headroom_job_step where job_id = ? and name = ?")) {
            select.setLong(1, job);
            select.setString(2, name);
            try (ResultSet rows = select.executeQuery()) {
                return rows.next() ? Optional.of(rows.getString(1)) : Optional.empty();
            }
        }
    }

    /** Keeps that a step is done; false if the job's lease was lost. */
    public boolean keep(Connection connection, ClaimedJob job, String name, String result) throws SQLException {
        String sql = "insert into headroom_job_step (job_id, name, result) select id, ?, ? from headroom_job"
                + " where id = ? and lease = ? and state = 1";
        try (PreparedStatement insert = connection.prepareStatement(sql)) {
            insert.setString(1, name);
            insert.setString(2, result);
            insert.setLong(3, job.id());
            insert.setLong(4, job.lease());
            return insert.executeUpdate() == 1;
        }
    }

    /** Forgets the steps of jobs that are over. */
    public void forget(Connection connection, Collection<Long> jobs) throws SQLException {
        try (PreparedStatement delete = connection.prepareStatement("delete from headroom_job_step where job_id = ?")) {
            for (long job : jobs) {
                delete.setLong(1, job);
                delete.executeUpdate();
            }
        }
    }

    /** Forgets the steps of jobs that are gone without a trace. */
    public void heal(Connection connection) throws SQLException {
        String sql = "delete from headroom_job_step"
                + " where not exists (select 1 from headroom_job j where j.id = headroom_job_step.job_id)"
                + " and not exists (select 1 from headroom_job_dead d where d.id = headroom_job_step.job_id)";
        try (PreparedStatement delete = connection.prepareStatement(sql)) {
            delete.executeUpdate();
        }
    }
}
