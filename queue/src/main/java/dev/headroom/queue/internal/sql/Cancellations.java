package dev.headroom.queue.internal.sql;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * The statements that cancel jobs. What waits is deleted. What runs is marked: its node finds the mark with its heartbeat, whoever claims
 * it again in its claim. Its unique key is free at once: what is enqueued next must not be dropped for it.
 */
public final class Cancellations {
    private static final int MOST_TRIES = 20;
    private final Dialect dialect;
    private final String mark;

    /** Statements in this dialect. */
    public Cancellations(Dialect dialect) {
        this.dialect = dialect;
        this.mark = "update " + dialect.byNumber("headroom_job") + " set unique_key = null, flags = flags + "
                + NewJob.CANCELLED + " where id = ? and state = 1 and mod(flags, 4) < " + NewJob.CANCELLED;
    }

    /** What a cancellation met. */
    public enum Met {
        NOTHING,
        WAITING,
        RUNNING
    }

    /** What was cancelled of many jobs: those that waited are gone, the others run and are marked. */
    public record Cancelled(List<Long> waiting, List<Long> running) {}

    /** Cancels jobs by a few statements, however many there are. */
    public Cancelled cancel(Connection connection, Collection<Long> ids) throws SQLException {
        String jobs = "select id from " + dialect.byNumber("headroom_job") + " where id";
        List<Long> waiting = Ids.locked(connection, jobs, ids, " and state <> 1");
        dialect.changeRows(connection, "delete from headroom_job where id", waiting);
        Set<Long> others = new TreeSet<>(ids);
        others.removeAll(waiting);
        // A job that was given back in between begins again; it is marked as the one that runs.
        List<Long> running = Ids.locked(connection, jobs, others, "");
        dialect.changeRows(
                connection,
                "update headroom_job set unique_key = null, flags = flags + " + NewJob.CANCELLED
                        + " where mod(flags, 4) < " + NewJob.CANCELLED + " and id",
                running);
        return new Cancelled(waiting, running);
    }

    /** Cancels a job. */
    public Met cancel(Connection connection, long id) throws SQLException {
        // Between the statements a waiting job may be claimed and a running one given back.
        for (int tries = 0; tries < MOST_TRIES; tries++) {
            if (Sql.change(connection, "delete from headroom_job where id = ? and state + 0 <> 1", id) == 1) {
                return Met.WAITING;
            }
            if (Sql.change(connection, mark, id) == 1) {
                return Met.RUNNING;
            }
            Optional<Boolean> marked = marked(connection, id);
            if (marked.isEmpty()) {
                return Met.NOTHING;
            }
            if (marked.get()) {
                return Met.RUNNING;
            }
        }
        throw new SQLException("job " + id + ": began and was given back " + MOST_TRIES + " times");
    }

    private static Optional<Boolean> marked(Connection connection, long id) throws SQLException {
        return Sql.first(
                connection,
                "select state, flags from headroom_job where id = ?",
                row -> row.getInt(1) == 1 && (row.getInt(2) & NewJob.CANCELLED) != 0,
                id);
    }

    /** The numbers of those of these jobs that run and are marked. */
    public Set<Long> marked(Connection connection, Collection<Long> running) throws SQLException {
        String marked = " and state = 1 and mod(flags, 4) >= " + NewJob.CANCELLED;
        return new HashSet<>(Ids.found(connection, "select id from headroom_job where id", running, marked));
    }
}
