package dev.headroom.queue.internal;

import dev.headroom.queue.QueueException;
import dev.headroom.queue.internal.sql.BatchTable;
import dev.headroom.queue.internal.sql.Cancellations;
import dev.headroom.queue.internal.sql.DeadTable;
import dev.headroom.queue.internal.sql.Dialect;
import dev.headroom.queue.internal.sql.JobInserts;
import dev.headroom.queue.internal.sql.JobTable;
import dev.headroom.queue.internal.sql.LimitTable;
import dev.headroom.queue.internal.sql.NodeTable;
import dev.headroom.queue.internal.sql.QueueTable;
import dev.headroom.queue.internal.sql.ResultTable;
import dev.headroom.queue.internal.sql.ScheduleTable;
import dev.headroom.queue.internal.sql.Schema;
import dev.headroom.queue.internal.sql.Sql;
import dev.headroom.queue.internal.sql.StepTable;
import dev.headroom.queue.internal.sql.UniqueJobs;
import dev.headroom.queue.internal.sql.UniqueWindows;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The queue's tables, and the data source on which it keeps its own books. Thread-safe. */
final class Store {
    private static final Logger log = LoggerFactory.getLogger(Store.class);
    private static final int MOST_ATTEMPTS = 6;

    /** So many times the lease a statement may take: what the server has to look through may be much. */
    private static final int LEASES_TO_ANSWER = 5;

    final Dialect dialect;
    final JobTable jobs;
    final JobInserts inserts;
    final UniqueJobs unique;
    final UniqueWindows windows;
    final ResultTable results;
    final LimitTable limits;
    final StepTable steps = new StepTable();
    final BatchTable batches;
    final Cancellations cancellations;
    final DeadTable dead;
    final NodeTable nodes;
    final ScheduleTable schedules;
    final QueueTable queues;
    private final DataSource bookkeeping;
    private final Patience patience;

    /** That of the callers' connections, which may be another pool's, with other settings. */
    final Dialect callers;

    /** With them, whose driver may know no limits where the other does. */
    private final Patience within;

    private Store(Dialect dialect, Dialect callers, DataSource bookkeeping, long millisToAnswer) {
        this.dialect = dialect;
        this.bookkeeping = bookkeeping;
        this.patience = new Patience(dialect, millisToAnswer);
        this.callers = callers;
        this.within = new Patience(callers, millisToAnswer);
        this.jobs = new JobTable(dialect);
        this.inserts = new JobInserts(dialect);
        this.batches = new BatchTable(dialect);
        this.limits = new LimitTable(dialect);
        this.results = new ResultTable(dialect);
        this.unique = new UniqueJobs(dialect, inserts, limits);
        this.cancellations = new Cancellations(dialect);
        this.windows = new UniqueWindows(dialect, inserts);
        this.dead = new DeadTable(dialect);
        this.nodes = new NodeTable(dialect);
        this.schedules = new ScheduleTable(dialect);
        this.queues = new QueueTable(dialect);
    }

    /**
     * Finds the dialect and checks the tables' version.
     *
     * @param callers where the transactions are from that handlers run in
     * @param lease how long the database may be silent before this process's jobs are others'
     */
    static Store open(DataSource bookkeeping, DataSource callers, Duration lease) {
        try (Connection connection = bookkeeping.getConnection()) {
            Dialect dialect = Schema.dialect(connection);
            Schema.check(connection, dialect);
            dialect.checkFiles(connection);
            Dialect theirs = bookkeeping == callers ? dialect : dialect(callers, dialect);
            return new Store(dialect, theirs, bookkeeping, LEASES_TO_ANSWER * lease.toMillis());
        } catch (SQLException e) {
            throw new QueueException("queue: its database could not be asked for the tables' version", e);
        }
    }

    /** By the settings of another pool on the same database; one that is away is taken to be like that of the bookkeeping, as when there is one alone. */
    private static Dialect dialect(DataSource dataSource, Dialect bookkeeping) {
        try (Connection connection = dataSource.getConnection()) {
            return Schema.dialect(connection);
        } catch (SQLException away) {
            log.debug("queue: could not look at the settings of the pool that jobs have", away);
            return bookkeeping.ofUnknownPool();
        }
    }

    /** Runs work in a transaction of its own, again if the database chose it to end a deadlock: work has no effect but in the database. */
    <T> T transact(Sql.Work<T> work) throws SQLException {
        return transact(Long.MAX_VALUE, work);
    }

    /** The same, for work that waits for a lock no longer than so many milliseconds, or what work may wait in any case. */
    <T> T transact(long lockMillis, Sql.Work<T> work) throws SQLException {
        return again(
                tried -> {
                    try (Connection connection = bookkeeping.getConnection()) {
                        return patience.atOnce(connection, lockMillis, tried);
                    }
                },
                work);
    }

    /** The same as {@link #transact(Sql.Work)}, on a connection that is kept. */
    <T> T transact(KeptConnection kept, Sql.Work<T> work) throws SQLException {
        return again(kept::transact, work);
    }

    /** The same, where each statement is a transaction of its own, so that no process can stop in the midst of one and keep what it has locked. */
    <T> T each(KeptConnection kept, Sql.Work<T> work) throws SQLException {
        return again(kept::each, work);
    }

    /** Runs work of the queue's at the end of the caller's transaction, and waits no longer for an answer or a lock than in one of its own. */
    <T> T within(Connection transaction, Sql.Work<T> work) throws SQLException {
        return within.on(transaction, work);
    }

    /** The same, for work that limits its waits for locks itself. */
    <T> T within(Connection transaction, Patience.Waiting<T> work) throws SQLException {
        return within.on(transaction, work);
    }

    /** A connection for a thread that must not wait for one. */
    KeptConnection keep(long millisToAnswer) {
        return new KeptConnection(bookkeeping, dialect, millisToAnswer);
    }

    /** Where a transaction runs. */
    @FunctionalInterface
    private interface Place<T> {
        T run(Sql.Work<T> work) throws SQLException;
    }

    private <T> T again(Place<T> place, Sql.Work<T> work) throws SQLException {
        for (int attempt = 1; ; attempt++) {
            try {
                return place.run(work);
            } catch (SQLException failed) {
                if (attempt == MOST_ATTEMPTS || !Sql.isDeadlock(failed)) {
                    throw failed;
                }
                LockSupport.parkNanos(ThreadLocalRandom.current().nextLong(1_000_000L << attempt));
            }
        }
    }

    /** Runs work in a transaction of its own; for callers to whom a failure is an exception like any other. */
    <T> T call(String what, Sql.Work<T> work) {
        try {
            return transact(work);
        } catch (SQLException e) {
            throw new QueueException("queue: could not " + what, e);
        }
    }
}
