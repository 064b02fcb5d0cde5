package dev.headroom.router.shard;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Every cluster's own knowledge of the logical databases on it, which is the truth for all JVMs.
 *
 * <p>Two tables: who writes locks a row of the one for sharing, for the time of its transaction, and then reads the state from the other.
 * Who moves first changes the state, so that whoever comes later turns back, and then takes the lock for itself, which waits for those who
 * came earlier. It raises a number in the locked row, so that a transaction with an older snapshot fails instead of trusting it.
 */
final class ShardTable {
    private static final String STATES = "headroom_shard";
    private static final String LOCKS = "headroom_shard_lock";

    private ShardTable() {}

    /** What a cluster says of a logical database. */
    enum State {
        OPEN,
        BLOCKED,
        MOVED
    }

    /**
     * What a cluster says of a logical database.
     *
     * @param state its state
     * @param cluster where it went, or is going to
     */
    record Entry(State state, @Nullable String cluster) {}

    static void create(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("create table if not exists " + STATES
                    + " (name varchar(80) primary key, state varchar(10) not null, cluster varchar(80))");
            statement.execute(
                    "create table if not exists " + LOCKS + " (name varchar(80) primary key, turns bigint not null)");
        }
    }

    /** Notes those that are not noted yet as open. */
    static void open(Connection connection, List<Shard> shards) throws SQLException {
        Set<String> known = names(connection, "select name from " + STATES);
        try (PreparedStatement state =
                        connection.prepareStatement("insert into " + STATES + " (name, state) values (?, 'OPEN')");
                PreparedStatement lock =
                        connection.prepareStatement("insert into " + LOCKS + " (name, turns) values (?, 0)")) {
            for (Shard shard : shards) {
                if (!known.contains(shard.database())) {
                    state.setString(1, shard.database());
                    state.addBatch();
                    lock.setString(1, shard.database());
                    lock.addBatch();
                }
            }
            state.executeBatch();
            lock.executeBatch();
        }
    }

    private static Set<String> names(Connection connection, String sql) throws SQLException {
        Set<String> names = new HashSet<>();
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            while (row.next()) {
                names.add(row.getString(1));
            }
        }
        return names;
    }

    /** All that is noted here. */
    static Map<String, Entry> all(Connection connection) throws SQLException {
        Map<String, Entry> all = new HashMap<>();
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("select name, state, cluster from " + STATES)) {
            while (row.next()) {
                all.put(row.getString(1), new Entry(State.valueOf(row.getString(2)), row.getString(3)));
            }
        }
        return all;
    }

    /** Those that are here, whether they take writes or not. */
    static Set<String> here(Connection connection) throws SQLException {
        return names(connection, "select name from " + STATES + " where state <> 'MOVED'");
    }

    /** Keeps a logical database from being moved until the transaction ends, and tells its state; null if it is not known here. */
    static @Nullable Entry share(Connection connection, String database) throws SQLException {
        try (PreparedStatement lock = connection.prepareStatement(
                "select turns from " + LOCKS + " where name = ? " + shareClause(connection))) {
            lock.setString(1, database);
            lock.executeQuery().close();
        }
        return read(connection, database);
    }

    private static String shareClause(Connection connection) throws SQLException {
        String product = connection.getMetaData().getDatabaseProductName().toLowerCase(Locale.ROOT);
        return switch (product) {
            case "postgresql" -> "for share";
            case "mariadb", "mysql" -> "lock in share mode";
            default -> "for update";
        };
    }

    /** Its state; null if it is not known here. */
    static @Nullable Entry read(Connection connection, String database) throws SQLException {
        try (PreparedStatement select =
                connection.prepareStatement("select state, cluster from " + STATES + " where name = ?")) {
            select.setString(1, database);
            try (ResultSet row = select.executeQuery()) {
                return row.next() ? new Entry(State.valueOf(row.getString(1)), row.getString(2)) : null;
            }
        }
    }

    static void write(Connection connection, String database, Entry entry) throws SQLException {
        try (PreparedStatement update =
                connection.prepareStatement("update " + STATES + " set state = ?, cluster = ? where name = ?")) {
            update.setString(1, entry.state().name());
            update.setString(2, entry.cluster());
            update.setString(3, database);
            if (update.executeUpdate() != 1) {
                throw new SQLException(database + ": not in " + STATES + " (expected: Shards.install())", "02000");
            }
        }
    }

    /** Waits for all that write there. */
    static void awaitWriters(Connection connection, String database, int seconds) throws SQLException {
        try (PreparedStatement update =
                connection.prepareStatement("update " + LOCKS + " set turns = turns + 1 where name = ?")) {
            update.setQueryTimeout(seconds);
            update.setString(1, database);
            update.executeUpdate();
        }
    }
}
