package dev.headroom.queue.internal.sql;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.SQLTransientConnectionException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** Runs work on a connection of the queue's own: in one transaction, given back as it was found. */
public final class Sql {
    private static final int H2_LOCK_TIMEOUT = 50_200;
    private static final int MARIADB_KILLED = 1_927;
    private static final int MARIADB_LOCK_TIMEOUT = 1_205;
    private static final int MARIADB_STATEMENT_TIMEOUT = 1_969;
    private static final int MYSQL_STATEMENT_TIMEOUT = 3_024;

    private Sql() {}

    /** Work on a connection. */
    @FunctionalInterface
    public interface Work<T> {
        /** Does it. */
        T on(Connection connection) throws SQLException;
    }

    /** Runs the work in a transaction of its own. */
    public static <T> T inTransaction(DataSource dataSource, Work<T> work) throws SQLException {
        try (Connection connection = dataSource.getConnection()) {
            return atOnce(connection, work);
        }
    }

    /** Runs the work, of whatever many statements, in a transaction of its own on this connection, which is in none. */
    public static <T> T atOnce(Connection connection, Work<T> work) throws SQLException {
        boolean autoCommit = connection.getAutoCommit();
        if (autoCommit) {
            connection.setAutoCommit(false);
        }
        try {
            T result = work.on(connection);
            connection.commit();
            return result;
        } catch (Throwable failure) {
            rollback(connection, failure);
            throw failure;
        } finally {
            restore(connection, autoCommit);
        }
    }

    /** Runs the work, each statement of which is a transaction of its own, on this connection, which is in none. */
    public static <T> T each(Connection connection, Work<T> work) throws SQLException {
        if (connection.getAutoCommit()) {
            return work.on(connection);
        }
        connection.setAutoCommit(true);
        try {
            return work.on(connection);
        } finally {
            restore(connection, false);
        }
    }

    /** Runs a delete, update or insert; returns how many rows it changed. */
    static int change(Connection connection, String sql, @Nullable Object... parameters) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            bind(statement, parameters);
            return statement.executeUpdate();
        }
    }

    /** Reads a row where it stands. */
    @FunctionalInterface
    interface Row<T> {
        /** What the row says. */
        T read(ResultSet row) throws SQLException;
    }

    /** The rows that a select finds, in its order. */
    static <T> List<T> list(Connection connection, String sql, Row<T> row, @Nullable Object... parameters)
            throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            bind(statement, parameters);
            try (ResultSet rows = statement.executeQuery()) {
                List<T> found = new ArrayList<>();
                while (rows.next()) {
                    found.add(row.read(rows));
                }
                return found;
            }
        }
    }

    /** The first row that a select finds. */
    static <T> Optional<T> first(Connection connection, String sql, Row<T> row, @Nullable Object... parameters)
            throws SQLException {
        return list(connection, sql, row, parameters).stream().findFirst();
    }

    /** The numbers in the first column of a select. */
    static List<Long> longs(Connection connection, String sql, @Nullable Object... parameters) throws SQLException {
        return list(connection, sql, row -> row.getLong(1), parameters);
    }

    private static void bind(PreparedStatement statement, @Nullable Object... parameters) throws SQLException {
        for (int i = 0; i < parameters.length; i++) {
            statement.setObject(i + 1, parameters[i]);
        }
    }

    /** Whether the database rolled the transaction back to end a deadlock, so that it may be tried again at once. */
    public static boolean isDeadlock(SQLException failure) {
        return "40001".equals(failure.getSQLState()) || "40P01".equals(failure.getSQLState());
    }

    /** Whether the database would not let a statement wait any longer for what others have locked. */
    public static boolean isLockTimeout(SQLException failure) {
        return "55P03".equals(failure.getSQLState())
                || failure.getErrorCode() == H2_LOCK_TIMEOUT
                || failure.getErrorCode() == MARIADB_LOCK_TIMEOUT;
    }

    /** Whether the database would not let a statement run any longer, or somebody stopped it. */
    public static boolean isOutOfTime(SQLException failure) {
        return "57014".equals(failure.getSQLState())
                || failure.getErrorCode() == MARIADB_STATEMENT_TIMEOUT
                || failure.getErrorCode() == MYSQL_STATEMENT_TIMEOUT;
    }

    /**
     * Whether a wait for a lock took longer than the queue lets it. On MariaDB that limit is the statement's, elsewhere a statement that
     * had too little time is not for the queue's limit, but for the application's.
     */
    public static boolean isOverdue(SQLException failure) {
        return isLockTimeout(failure)
                || failure.getErrorCode() == MARIADB_STATEMENT_TIMEOUT
                || failure.getErrorCode() == MYSQL_STATEMENT_TIMEOUT;
    }

    /**
     * Whether it is for what others do at the time: a lock that they hold, or too little time. PostgreSQL has undone the transaction then,
     * MariaDB and H2 the statement alone unless it was a deadlock: whoever began it rolls it back.
     */
    public static boolean passes(SQLException failure) {
        return isLockTimeout(failure) || isDeadlock(failure) || isOutOfTime(failure);
    }

    /** Whether the connection was lost or is none to be had, or its server is going down. */
    public static boolean isLost(SQLException failure) {
        String state = failure.getSQLState();
        return state != null && (state.startsWith("08") || state.startsWith("57P0"))
                || failure.getErrorCode() == MARIADB_KILLED
                || failure instanceof SQLNonTransientConnectionException
                || failure instanceof SQLTransientConnectionException && !isServers(failure);
    }

    /** Whether there was no connection to do anything on: the server is away, or all of its pool are lent. */
    public static boolean isUnreachable(SQLException failure) {
        boolean unreachable = failure instanceof SQLTransientConnectionException && !isServers(failure);
        for (Throwable each = failure; each != null && !unreachable; each = each.getCause()) {
            unreachable = each instanceof SQLException sql
                    && ("08001".equals(sql.getSQLState()) || "57P03".equals(sql.getSQLState()));
        }
        return unreachable;
    }

    /**
     * Whether a server that is there has said so. MariaDB's driver takes each state of a class that it does not list for a connection's,
     * those that applications signal among them; what it or a pool finds out itself has no number, or that of the failure to connect which
     * is its cause.
     */
    private static boolean isServers(SQLException failure) {
        return failure.getErrorCode() > 0 && !(failure.getCause() instanceof SQLException);
    }

    /** Rolls back; a failure of that is suppressed by the one that caused it. */
    public static void rollback(Connection connection, Throwable cause) {
        try {
            connection.rollback();
        } catch (SQLException alsoFailed) {
            cause.addSuppressed(alsoFailed);
        }
    }

    /** Sets auto-commit back; a broken connection is left to its pool to find out. */
    private static void restore(Connection connection, boolean autoCommit) {
        try {
            connection.setAutoCommit(autoCommit);
        } catch (SQLException broken) {
            // The work's own outcome stands; the pool discards the connection.
        }
    }
}
