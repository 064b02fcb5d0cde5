package dev.headroom.queue.internal.sql;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * What differs from database to database: the clock, a few fragments, and how jobs are claimed and promoted. Everything else is one
 * text for all. Stateless as far as its users see; thread-safe.
 */
public interface Dialect {
    /** The folder of its scripts. */
    String name();

    /** The database's clock, which moves on within a transaction where there is such a clock. */
    String now();

    /** A time plus a parameter in milliseconds, which may be negative. */
    String plusMillis(String expression);

    /** The database's clock plus a parameter in milliseconds, which may be negative. */
    default String nowPlusMillis() {
        return plusMillis(now());
    }

    /** The milliseconds from an expression until the database's clock. */
    String millisSince(String expression);

    /** The milliseconds from 1970 until the database's clock. */
    default String epochMillis() {
        return millisSince("timestamp with time zone '1970-01-01 00:00:00+00'");
    }

    /** The values of a column of numbers, separated by commas: an aggregate, null of no rows. */
    default String joined(String column) {
        return "string_agg(cast(" + column + " as varchar), ',')";
    }

    /** The next position. */
    String nextPosition();

    /** Words between an insert's columns and its rows that let it give a number of its own. */
    default String givenNumbers() {
        return " overriding system value";
    }

    /** The end of an insert that does nothing when the unique key is taken; empty where the insert fails then. */
    default String unlessUniqueKeyIsTaken() {
        return "";
    }

    /** Whether an insert failed since the unique key is taken, and the transaction can go on. */
    default boolean isDuplicate(SQLException failure) {
        return false;
    }

    /** Whether an installer's statement failed since another installer, or one that was interrupted, has run it. */
    default boolean isThereAlready(SQLException failure) {
        return false;
    }

    /** The end of a select that reads what others have committed since the transaction began. */
    default String readingLatest() {
        return "";
    }

    /** The end of a select that keeps its rows as they are until the transaction ends; empty where claims would fail at that. */
    default String keepingRows() {
        return "";
    }

    /** Whether a row that some keep may be changed by others meanwhile, though not claimed. */
    default boolean changesKeptRows() {
        return false;
    }

    /**
     * Whether others have a job locked, or it is not in that state any more; never waits, and locks nothing.
     * Asked where kept rows may be changed.
     */
    default boolean isLockedByOthers(Connection connection, long id, int state) throws SQLException {
        return false;
    }

    /** Whether a statement that waited for a row keeps it locked even if it finds then that the row is not meant any more. */
    default boolean keepsLocksOfOthers() {
        return false;
    }

    /** Whether many may wait to insert one unique key without the database ending their transactions as a deadlock. */
    default boolean insertsPastAKey() {
        return true;
    }

    /** A time that the database keeps. */
    default Instant instant(ResultSet rows, int column) throws SQLException {
        return rows.getObject(column, OffsetDateTime.class).toInstant();
    }

    /** Says which server answers, since when it runs; another text means that what was committed last may be lost. */
    default String server() {
        return "''";
    }

    /**
     * Refuses a database that an interrupted thread may close, and warns of one that may lose what has committed with its process.
     *
     * @throws dev.headroom.config.ConfigurationException if it is one
     */
    default void checkFiles(Connection connection) throws SQLException {}

    /** That of connections of another pool on the same database, of whose settings nothing is known. */
    default Dialect ofUnknownPool() {
        return this;
    }

    /** Before the first statement of a transaction of the queue's own. */
    default void begin(Connection connection) throws SQLException {}

    /**
     * Limits how long a statement waits for each lock of a row before it fails, or how long it takes in all.
     * Costs no round trip, or few do.
     *
     * @return a connection whose statements are held to it; where it is the transaction that is, all later ones of that are, too
     */
    default Connection limitWaits(Connection connection, long millis) throws SQLException {
        return connection;
    }

    /** The same, where each statement is a transaction of its own; some are held to nothing then. */
    default Connection limitWaitsOfEach(Connection connection, long millis) throws SQLException {
        return limitWaits(connection, millis);
    }

    /** The same, where the transaction's next statement ends with {@link #andLimitWaits}. */
    default Connection limitWaitsByCompletion(Connection connection, long millis) throws SQLException {
        return limitWaits(connection, millis);
    }

    /** The end of a condition that limits the waits of its statement and the later ones of the transaction, where that can be. */
    default String andLimitWaits(long millis) {
        return "";
    }

    /**
     * Changes jobs as far as they are still held, in the order of their numbers; returns those that were.
     *
     * @param change a delete or update of headroom_job without its condition
     */
    default List<ClaimedJob> changeHeld(Connection connection, String change, List<ClaimedJob> jobs)
            throws SQLException {
        String sql = change + " where id = ? and lease = ? and state = 1";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (ClaimedJob job : jobs) {
                statement.setLong(1, job.id());
                statement.setLong(2, job.lease());
                statement.addBatch();
            }
            return JobTable.counted(jobs, statement.executeBatch());
        }
    }

    /**
     * Runs a delete, update or insert whose text ends with the column that has one of the numbers; returns how many rows it changed.
     * Statements sent together by default, see {@link Ids#change}.
     */
    default int changeRows(Connection connection, String change, Collection<Long> ids) throws SQLException {
        return Ids.change(connection, change, ids);
    }

    /** The end of an insert of several rows that has it give their numbers as a query does; empty where the driver gives all of them. */
    default String returningNumbers() {
        return "";
    }

    /** Makes the installer wait for another one; on the connection that then runs the script. */
    void lockSchema(Connection connection) throws SQLException;

    /** Claims jobs and counts the attempt; nothing for a node that was declared dead. */
    List<ClaimedJob> claim(Connection connection, Claim claim) throws SQLException;

    /** Locks jobs in the order of claims for a transaction that runs and removes them, and passes by what others like it have locked. */
    List<LockedJob> lock(Connection connection, Claim claim) throws SQLException;

    /** How many it locks at once without trouble for others who look. */
    default int mostLocked() {
        return 250;
    }

    /** Whether the driver says for each statement of a batch how many rows it changed. */
    default boolean countsBatches() {
        return true;
    }

    /** Removes jobs that this transaction has locked; returns how many. */
    default int removeLocked(Connection connection, Collection<Long> ids) throws SQLException {
        return changeRows(connection, "delete from headroom_job where id", ids);
    }

    /**
     * Which transaction this is; another text later says that the database has rolled it back and begun another one, to end a deadlock,
     * say. Empty where one finds that out by its savepoints.
     */
    default String transaction(Connection connection) throws SQLException {
        return "";
    }

    /**
     * What {@link NodeTable#beat}, {@link NodeTable#around} and {@link Cancellations#marked} do, by one statement;
     * null where there is none.
     */
    default NodeTable.@Nullable Beat beat(Connection connection, long lease, String name, int workers, long gapMillis)
            throws SQLException {
        return null;
    }

    /** Whether claims go by floors. */
    default boolean hasFloors() {
        return false;
    }

    /** Looks for jobs of a queue that are ready below their floor, and lowers it; true if there were any. */
    default boolean lookBelow(Connection connection, Floors floors, int queue) throws SQLException {
        return false;
    }

    /**
     * Makes at most {@code limit} scheduled jobs that are due ready; returns how many.
     *
     * @param overdueMillis those that have been due for longer are passed by, with the dead entries before them, where a database would
     *     walk those; others find all
     */
    int promoteDue(Connection connection, int limit, long overdueMillis) throws SQLException;

    /** For how many milliseconds the job that is ready longest has been ready; 0 when none is. */
    long oldestReadyMillis(Connection connection, int queue) throws SQLException;

    /**
     * An insert of one row that does nothing where its key is taken.
     *
     * @param key the key's column, whose parameter comes first
     * @param columns the others, separated by commas
     * @param values theirs
     */
    String insertIfAbsent(String table, String key, String columns, String values);

    /** Inserts jobs of one kind that differ in payload and lane alone by one statement; false where there is none for any number. */
    default boolean insertAll(Connection connection, List<NewJob> jobs) throws SQLException {
        return false;
    }

    /** Makes the rows of limits' keys, in this order, of those that have none. */
    void insertLimits(Connection connection, SortedMap<String, Allowance> allowances) throws SQLException;

    /** Reads rows of a result. */
    @FunctionalInterface
    interface Reader {
        /** Reads the row where it stands. */
        void read(ResultSet row) throws SQLException;
    }

    /** Runs a select in which {@code in (keys)} stands for the condition that a column has one of the texts. */
    default void select(Connection connection, String sql, Collection<String> keys, Reader reader) throws SQLException {
        Keys.select(connection, sql, keys, reader);
    }

    /**
     * Reads and locks rows of limits' keys, in the order of the keys.
     *
     * @param columns of headroom_job_limit, limit_key first
     * @param lock the end of the select
     */
    default void lockLimits(Connection connection, String columns, Set<String> sorted, String lock, Reader reader)
            throws SQLException {
        String sql = "select " + columns + " from headroom_job_limit where limit_key in (keys) order by limit_key";
        select(connection, sql + lock, sorted, reader);
    }

    /** Locks a node's row unless somebody else has; false if somebody has, or there is none. Never waits. */
    default boolean lockNode(Connection connection, long id) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(
                "select id from " + byNumber("headroom_job_node") + " where id = ? for update skip locked")) {
            statement.setLong(1, id);
            try (ResultSet rows = statement.executeQuery()) {
                return rows.next();
            }
        }
    }

    /** Locks those of these jobs, at most 1,024, that are in the state and that nobody else has locked; never waits. */
    default List<Long> lockFree(Connection connection, List<Long> ids, int state) throws SQLException {
        return lockFree(connection, ids, state, " for update");
    }

    /**
     * The same by another lock.
     *
     * @param lock the end of a select that takes it, up to {@code skip locked}
     */
    default List<Long> lockFree(Connection connection, List<Long> ids, int state, String lock) throws SQLException {
        List<Long> locked = new ArrayList<>();
        String sql = "select id from " + byNumber("headroom_job") + " where id" + Ids.in(ids.size())
                + " and state = ? order by id" + lock + " skip locked";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            int bound = Ids.bind(statement, 0, ids);
            statement.setInt(bound + 1, state);
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    locked.add(rows.getLong(1));
                }
            }
        }
        return locked;
    }

    /**
     * A table in a select or update that must read no rows but those that it names by their primary key,
     * as others may have locked the rest.
     */
    default String byNumber(String table) {
        return table;
    }
}
