package dev.headroom.queue.internal.sql;

import dev.headroom.queue.JobState;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * The statements on the table of live jobs. Whatever ends a run names the lease in its condition, so that a node which lost its lease
 * changes nothing. Batches go by ascending id: one order of row locks for everybody.
 */
public final class JobTable {
    private static final Comparator<ClaimedJob> BY_ID = Comparator.comparingLong(ClaimedJob::id);
    /** By number alone: the index of leases has a dead entry for each job that a node ever held. */
    private static final String HELD = " where id = ? and coalesce(lease, 0) = ? and state = 1";

    private static final String HANDED_BACK = " set state = 0, lease = null, held = 0, attempt = attempt - 1";

    /** Longer than any job has been due: a hundred years. */
    public static final long ANY_TIME = 36_525L * 86_400_000;

    private final Dialect dialect;

    /** Statements in this dialect. */
    public JobTable(Dialect dialect) {
        this.dialect = dialect;
    }

    /** Takes a ready job that the caller has locked; false if it is not as it was claimed before. */
    public boolean take(Connection connection, ClaimedJob job) throws SQLException {
        String sql = "update " + dialect.byNumber("headroom_job") + " set state = 1, lease = ?, attempt = attempt + 1"
                + " where id = ? and state = 0 and attempt = ?";
        return Sql.change(connection, sql, job.lease(), job.id(), job.attempt() - 1) == 1;
    }

    /**
     * Counts a crash ahead, for a job that was held when a process died: should this one die too, it did with the job running. False if the
     * lease was lost.
     */
    public boolean suspect(Connection connection, ClaimedJob job) throws SQLException {
        String sql = "update " + dialect.byNumber("headroom_job") + " set crashes = crashes + 1" + HELD;
        return Sql.change(connection, sql, job.id(), job.lease()) == 1;
    }

    /** Takes that back of jobs that were just given back, or put aside. */
    public void acquit(Connection connection, Collection<ClaimedJob> jobs) throws SQLException {
        dialect.changeRows(
                connection,
                "update " + dialect.byNumber("headroom_job")
                        + " set crashes = crashes - 1 where state in (0, 2) and crashes > 0 and id",
                jobs.stream().map(ClaimedJob::id).toList());
    }

    /** Removes a job that is done; false if the lease was lost. For a connection of {@link Dialect#limitWaitsByCompletion}. */
    public boolean complete(Connection connection, ClaimedJob job, long lockMillis) throws SQLException {
        String sql = "delete from headroom_job where id = ? and coalesce(lease, 0) = ? and state + 0 = 1"
                + dialect.andLimitWaits(lockMillis);
        return Sql.change(connection, sql, job.id(), job.lease()) == 1;
    }

    /** Removes jobs that are done; returns those whose lease still held. */
    public List<ClaimedJob> completeAll(Connection connection, Collection<ClaimedJob> jobs) throws SQLException {
        return held(connection, "delete from headroom_job", jobs);
    }

    /** Removes jobs that are done and that this transaction has locked. */
    public List<ClaimedJob> removeLocked(Connection connection, Collection<ClaimedJob> jobs) throws SQLException {
        List<ClaimedJob> sorted = jobs.stream().sorted(BY_ID).toList();
        int removed = dialect.removeLocked(
                connection, sorted.stream().map(ClaimedJob::id).toList());
        if (removed != sorted.size()) {
            throw new SQLException("headroom_job: " + removed + " jobs removed (expected: " + sorted.size()
                    + ", which this transaction has locked)");
        }
        return sorted;
    }

    /** Gives back jobs that were not run; their attempt does not count. They keep their place. */
    public List<ClaimedJob> handBack(Connection connection, Collection<ClaimedJob> jobs) throws SQLException {
        return held(connection, "update headroom_job" + HANDED_BACK, jobs);
    }

    private List<ClaimedJob> held(Connection connection, String change, Collection<ClaimedJob> jobs)
            throws SQLException {
        return jobs.isEmpty()
                ? List.of()
                : dialect.changeHeld(
                        connection, change, jobs.stream().sorted(BY_ID).toList());
    }

    /** Has runs tried again later; returns those whose lease still held. */
    public List<ClaimedJob> retry(Connection connection, Collection<Failure> failures) throws SQLException {
        List<Failure> sorted = failures.stream()
                .sorted(Comparator.comparing(Failure::job, BY_ID))
                .toList();
        List<Failure> again = new ArrayList<>();
        String sql = rescheduling("crashes = 0, error = ?", dueIfCancelled());
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (Failure each : sorted) {
                statement.setString(1, each.error());
                statement.setLong(2, each.delayMillis());
                statement.setLong(3, each.job().id());
                statement.setLong(4, each.job().lease());
                if (dialect.countsBatches()) {
                    statement.addBatch();
                } else if (statement.executeUpdate() == 1) {
                    again.add(each);
                }
            }
            if (dialect.countsBatches()) {
                again = counted(sorted, statement.executeBatch());
            }
        }
        return again.stream().map(Failure::job).toList();
    }

    /** Puts a job aside that nobody here knows, cancelled or not, without counting the attempt; false if the lease was lost. */
    public boolean park(Connection connection, ClaimedJob job, long delayMillis, String why) throws SQLException {
        String sql = rescheduling("attempt = attempt - 1, error = ?", dialect.nowPlusMillis());
        return Sql.change(connection, sql, why, delayMillis, job.id(), job.lease()) == 1;
    }

    /** Has a job run later without counting the attempt; false if the lease was lost. */
    public boolean postpone(Connection connection, ClaimedJob job, long delayMillis, String why) throws SQLException {
        return reschedule(connection, "attempt = attempt - 1, error = ?", job, delayMillis, why);
    }

    /** The same of a job whose run came to an end: no process has died with it. */
    public boolean snooze(Connection connection, ClaimedJob job, long delayMillis, String why) throws SQLException {
        return reschedule(connection, "attempt = attempt - 1, crashes = 0, error = ?", job, delayMillis, why);
    }

    private boolean reschedule(Connection connection, String change, ClaimedJob job, long delayMillis, String why)
            throws SQLException {
        String sql = rescheduling(change, dueIfCancelled());
        return Sql.change(connection, sql, why, delayMillis, job.id(), job.lease()) == 1;
    }

    private String rescheduling(String change, String runAt) {
        return "update " + dialect.byNumber("headroom_job") + " set state = 2, lease = null, held = 0, " + change
                + ", run_at = " + runAt + HELD;
    }

    /** One that was cancelled meanwhile, which its holder did not know, is due at once: the next claim ends it. */
    private String dueIfCancelled() {
        return "case when mod(flags, 4) >= 2 then " + dialect.now() + " else " + dialect.nowPlusMillis() + " end";
    }

    /** The numbers of those of these jobs that there are. */
    public Set<Long> present(Connection connection, Collection<Long> ids) throws SQLException {
        return new HashSet<>(present(connection, ids, ""));
    }

    private static List<Long> present(Connection connection, Collection<Long> ids, String condition)
            throws SQLException {
        return Ids.found(connection, "select id from headroom_job where id", ids, condition);
    }

    /**
     * The numbers of those of these jobs that are held by a node and locked by others; the other ones that are held, the caller has locked
     * then. Never waits.
     */
    public Set<Long> lockedByOthers(Connection connection, Collection<Long> ids) throws SQLException {
        String lock = dialect.changesKeptRows() ? " for no key update" : " for update";
        Set<Long> locked = new HashSet<>();
        for (List<Long> few : Ids.chunks(ids)) {
            List<Long> running = present(connection, few, " and state = 1");
            locked.addAll(running);
            if (!running.isEmpty()) {
                dialect.lockFree(connection, running, 1, lock).forEach(locked::remove);
            }
        }
        return locked;
    }

    /** The jobs that the database says are held under the lease. */
    public Set<Long> heldUnder(Connection connection, long lease) throws SQLException {
        String sql = "select id from headroom_job where state = 1 and lease = ?";
        return new HashSet<>(Sql.longs(connection, sql, lease));
    }

    /** Gives back jobs by number; see {@link #handBack}. Returns how many were held. */
    public int handBack(Connection connection, long lease, Collection<Long> ids) throws SQLException {
        String sql = "update " + dialect.byNumber("headroom_job") + HANDED_BACK + HELD;
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (long id : ids.stream().sorted().toList()) {
                statement.setLong(1, id);
                statement.setLong(2, lease);
                statement.addBatch();
            }
            return counted(List.copyOf(ids), statement.executeBatch()).size();
        }
    }

    /**
     * In how many milliseconds the next scheduled job is due (0 or less: now), empty if none is scheduled.
     *
     * @param overdueMillis those that have been due for longer are passed by, with the dead entries before them
     */
    public OptionalLong millisUntilDue(Connection connection, long overdueMillis) throws SQLException {
        // Rows one by one through the index: min() would have H2 read all of them.
        String sql =
                "select " + dialect.millisSince("run_at") + " from headroom_job where state = 2 and run_at >= (select "
                        + dialect.nowPlusMillis() + ") order by state, run_at limit 1";
        return Sql.longs(connection, sql, -overdueMillis).stream()
                .mapToLong(overdue -> -overdue)
                .findFirst();
    }

    /** Where a job stands; empty if there is none. */
    public Optional<JobState> state(Connection connection, long id) throws SQLException {
        String sql =
                "select state from headroom_job where id = ? union all select 9 from headroom_job_dead where id = ?";
        return Sql.first(connection, sql, row -> state(row.getInt(1)), id, id);
    }

    /** The kind of a job that has not ended or is a dead letter; empty if there is none. */
    public Optional<String> kind(Connection connection, long id) throws SQLException {
        String sql =
                "select kind from headroom_job where id = ? union all select kind from headroom_job_dead where id = ?";
        return Sql.first(connection, sql, row -> row.getString(1), id, id);
    }

    private static JobState state(int stored) {
        return switch (stored) {
            case 0 -> JobState.READY;
            case 1 -> JobState.RUNNING;
            case 2 -> JobState.SCHEDULED;
            case 3, 4 -> JobState.BLOCKED;
            default -> JobState.DEAD;
        };
    }

    /** Those whose statement of the batch changed a row. */
    static <T> List<T> counted(List<T> given, int[] counts) {
        List<T> changed = new ArrayList<>();
        for (int i = 0; i < counts.length; i++) {
            if (counts[i] == 1) {
                changed.add(given.get(i));
            }
        }
        return changed;
    }
}
