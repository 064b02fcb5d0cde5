package dev.headroom.queue.internal.sql;

import dev.headroom.queue.Unique;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.OptionalLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Places a job of which there may be only one. The unique index decides; between looking and acting a job may come or go, so each step is
 * conditional and the whole is tried again. A job that is kept is locked against claims while it waits, never while it runs: its completion
 * must not wait for the caller's transaction. Callers who meet it one after the other could keep it from running for ever like that: once
 * it is overdue and still locked by others, what is enqueued next is a job beside it.
 *
 * <p>Of a kind whose runs lock their jobs the lock says what the state does not. On PostgreSQL callers lock a job {@code FOR KEY SHARE},
 * which goes with any lock but a claim's: who gets that one knows that no worker has the job, and waits neither for those who keep it nor
 * has them wait.
 */
public final class UniqueJobs {
    private static final int MOST_TRIES = 50;
    private static final int LOOKS_AT_A_LOCK = 3;
    private static final long PAUSE = 2_000_000;
    private static final long OVERDUE_MILLIS = 5_000;

    private final Dialect dialect;
    private final JobInserts inserts;
    private final LimitTable limits;
    private final Starving starving = new Starving();

    /** Statements in this dialect. */
    public UniqueJobs(Dialect dialect, JobInserts inserts, LimitTable limits) {
        this.dialect = dialect;
        this.inserts = inserts;
        this.limits = limits;
    }

    private record Found(long id, int state, long sinceDue) {
        boolean running() {
            return state == 1;
        }

        /** It should have begun by now, unless much else waits. */
        boolean overdue() {
            return state == 0 && sinceDue > OVERDUE_MILLIS;
        }
    }

    /** A job that is there, whether it was inserted now, and whether its being there is to be refused. */
    public record Placed(long id, boolean inserted, boolean refused) {}

    /**
     * Inserts the job, or does to the one that is there what is asked; returns the job that is there then.
     *
     * @param lockedByRuns whether a job that runs is ready and locked: it is not waited for, but kept as it is
     */
    public Placed place(Connection connection, NewJob job, Unique unique, boolean lockedByRuns) throws SQLException {
        String latest = "";
        for (int tries = 0; tries < MOST_TRIES; tries++) {
            Found found = find(connection, job, latest);
            if (found == null) {
                OptionalLong inserted = inserts.insertUnique(connection, job);
                if (inserted.isPresent()) {
                    return new Placed(inserted.getAsLong(), true, false);
                }
                latest = dialect.readingLatest();
                continue;
            }
            if (unique.onDuplicate() == Unique.OnDuplicate.FAIL) {
                return new Placed(found.id(), false, true);
            }
            Met met = found.running()
                    ? Met.DONE
                    : guarded(connection, () -> meet(connection, found, job, unique, lockedByRuns));
            if (met == Met.DONE || met == Met.RUNS && tries >= LOOKS_AT_A_LOCK) {
                return new Placed(found.id(), false, false);
            }
            if (met == Met.RUNS) {
                // It may be locked for a moment only, by who has looked whether it can have it.
                LockSupport.parkNanos(PAUSE);
            }
            if (met == Met.STARVES) {
                return new Placed(inserts.insert(connection, job.withoutUniqueKey()), true, false);
            }
            // What has come in between may be invisible to the transaction's snapshot.
            latest = lockedByRuns ? latest : dialect.readingLatest();
        }
        throw new SQLException("unique " + job.uniqueKey() + ": came and went " + MOST_TRIES + " times");
    }

    /** What has come of meeting a job. */
    private enum Met {
        /** What was asked for. */
        DONE,
        /** Its key is free for what is enqueued now. */
        FREED,
        /** It is kept from running, and its key can't be freed. */
        STARVES,
        /** A worker has locked it. */
        RUNS,
        /** It is not what it was any more. */
        CHANGED
    }

    private @Nullable Found find(Connection connection, NewJob job, String latest) throws SQLException {
        String sql = "select id, state, " + dialect.millisSince("run_at") + " from headroom_job where unique_key = ?"
                + latest;
        return Sql.first(
                        connection,
                        sql,
                        row -> new Found(row.getLong(1), row.getInt(2), row.getLong(3)),
                        job.uniqueKey())
                .orElse(null);
    }

    private Met meet(Connection connection, Found found, NewJob job, Unique unique, boolean lockedByRuns)
            throws SQLException {
        boolean keeps = unique.onDuplicate() == Unique.OnDuplicate.KEEP;
        // None but a ready one runs; whoever else has one locked is done with it soon.
        boolean mayRun = lockedByRuns && found.state() == 0;
        if (mayRun && !keep(connection, found, job, unlessAWorkerHasIt(keeps))) {
            return Met.RUNS;
        }
        if (found.overdue() && unique.onDuplicate() != Unique.OnDuplicate.DEBOUNCE) {
            if (dialect.changesKeptRows()) {
                if (dialect.isLockedByOthers(connection, found.id(), found.state())) {
                    if (keeps ? free(connection, found, job) : replaceAndFree(connection, found, job)) {
                        return Met.FREED;
                    }
                    // Who changes it now may be long about it: it is kept as it is meanwhile.
                    return keeps && keep(connection, found, job, dialect.keepingRows()) ? Met.DONE : Met.CHANGED;
                }
            } else if (keeps && !dialect.insertsPastAKey() && starving.met(found.id())) {
                // Locks can't be asked for: the gap would be locked if the job is gone. Nor can the key be moved.
                return Met.STARVES;
            }
        }
        boolean done =
                switch (unique.onDuplicate()) {
                    case REPLACE -> change(connection, found, job, "");
                    case DEBOUNCE -> change(connection, found, job, ", state = 2, run_at = " + dialect.nowPlusMillis());
                    default -> mayRun || keep(connection, found, job, dialect.keepingRows());
                };
        return done ? Met.DONE : Met.CHANGED;
    }

    @FunctionalInterface
    private interface Act {
        Met on() throws SQLException;
    }

    /** A job that began meanwhile must not stay locked: its completion would wait for the caller's transaction. */
    private Met guarded(Connection connection, Act act) throws SQLException {
        boolean guarded = dialect.keepsLocksOfOthers() && !connection.getAutoCommit();
        if (!guarded) {
            return act.on();
        }
        execute(connection, "savepoint headroom_unique");
        Met met = act.on();
        if (met == Met.CHANGED || met == Met.RUNS) {
            execute(connection, "rollback to savepoint headroom_unique");
        }
        execute(connection, "release savepoint headroom_unique");
        return met;
    }

    // As statements, since drivers refuse the methods in transactions of a transaction manager.
    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /**
     * The end of a select that locks a job which no worker has locked;
     * one that nobody has locked where callers' locks can't be told from theirs.
     */
    private String unlessAWorkerHasIt(boolean keeps) {
        boolean together =
                dialect.changesKeptRows() || keeps && !dialect.keepingRows().isEmpty();
        return (together ? dialect.keepingRows() : " for update") + " skip locked";
    }

    /**
     * Takes its key from a job that can't begin for those who meet it; what is enqueued now takes that.
     * Waits for nobody who changes the job.
     */
    private boolean free(Connection connection, Found found, NewJob job) throws SQLException {
        String sql = "update headroom_job set unique_key = null where id = (select id from headroom_job"
                + " where id = ? and unique_key = ? and state = 0 for no key update skip locked)";
        return Sql.change(connection, sql, found.id(), job.uniqueKey()) == 1;
    }

    /** The same for a job that is to be replaced: it may run after what is enqueued now, and must not bring back what was before. */
    private boolean replaceAndFree(Connection connection, Found found, NewJob job) throws SQLException {
        // Not by way of the limits' own change, which would wait for those who keep the job.
        String sql = "update headroom_job set unique_key = null, kind_version = ?, payload = ?, trace = ?, user_id = ?,"
                + " limit_key = case when held = " + LimitRows.FRESH + " then ? else limit_key end"
                + " where id = ? and unique_key = ? and state = 0";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setInt(1, job.version());
            statement.setString(2, job.payload());
            statement.setString(3, job.trace());
            statement.setString(4, job.user());
            statement.setString(5, job.limitKey());
            statement.setLong(6, found.id());
            statement.setString(7, job.uniqueKey());
            return statement.executeUpdate() == 1;
        }
    }

    private boolean keep(Connection connection, Found found, NewJob job, String lock) throws SQLException {
        String sql = "select id from " + dialect.byNumber("headroom_job")
                + " where id = ? and unique_key = ? and state <> 1" + lock;
        return !Sql.longs(connection, sql, found.id(), job.uniqueKey()).isEmpty();
    }

    private boolean change(Connection connection, Found found, NewJob job, String due) throws SQLException {
        boolean debounced = !due.isEmpty();
        // Of the flags the unique key's is the new job's.
        String sql = "update " + dialect.byNumber("headroom_job")
                + " set kind_version = ?, payload = ?, pos = case when priority = ? then pos else "
                + dialect.nextPosition() + " end, priority = ?, lane = ?,"
                + " flags = flags - mod(flags, 2) + ?, trace = ?, user_id = ?" + due
                + " where id = ? and unique_key = ? and state <> 1";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setInt(1, job.version());
            statement.setString(2, job.payload());
            statement.setInt(3, job.priority());
            statement.setInt(4, job.priority());
            statement.setInt(5, job.lane());
            statement.setInt(6, job.flags() % 2);
            statement.setString(7, job.trace());
            statement.setString(8, job.user());
            int next = 9;
            if (debounced) {
                statement.setLong(next++, job.delayMillis());
            }
            statement.setLong(next++, found.id());
            statement.setString(next, job.uniqueKey());
            if (statement.executeUpdate() != 1) {
                return false;
            }
        }
        limits.changed(connection, found.id(), job, debounced);
        return true;
    }
}
