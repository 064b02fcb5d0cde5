package dev.headroom.router.shard;

import dev.headroom.consistency.ConsistencyToken;
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
 * <p>Who writes locks a row of the second table for sharing, for the time of its transaction, and then reads the state from the first. Who
 * moves first changes the state, so that whoever comes later turns back, and then takes the lock for itself, which waits for those who came
 * earlier. It raises a number in the locked row, so that a transaction with an older snapshot fails instead of trusting it. The rows of the
 * third table are locked by those who move, for the whole of a move.
 *
 * <p>States change only by {@link #change}: if they still are what was read. Every change that begins something has a greater number
 * ({@link Entry#epoch}) than all that was before, on source and target, so whoever was overtaken can't go on.
 */
final class ShardTable {
    private static final String STATES = "headroom_shard";
    private static final String LOCKS = "headroom_shard_lock";
    private static final String MOVES = "headroom_shard_move";
    private static final String ENTRY = "state, cluster, epoch, position";

    /** Asks for what is said of one logical database. */
    static final String STATE = "select " + ENTRY + " from " + STATES + " where name = ?";

    /** Asks for the names of those that are here. */
    static final String HERE = "select name from " + STATES + " where state in ('OPEN', 'BLOCKED', 'ARRIVED')";

    private ShardTable() {}

    /** What a cluster says of a logical database. */
    enum State {
        /** It is here; {@link Entry#cluster} is where it came from, if it did. */
        OPEN,
        /** It is here, writes wait, and it is going to {@link Entry#cluster}. */
        BLOCKED,
        /** It is still on {@link Entry#cluster}, which perhaps copies it to here. */
        COMING,
        /** It is here completely, but {@link Entry#cluster} may not know it yet, so writes wait. */
        ARRIVED,
        /** It went to {@link Entry#cluster}; its rows may still lie here. */
        MOVED,
        /** It went to {@link Entry#cluster}, and its rows are gone. */
        CLEANED;

        /** Whether the rows here are those that count. */
        boolean here() {
            return this == OPEN || this == BLOCKED || this == ARRIVED;
        }

        /** Whether the rows here are no longer those that count. */
        boolean left() {
            return this == MOVED || this == CLEANED;
        }
    }

    /**
     * What a cluster says of a logical database.
     *
     * @param state its state
     * @param cluster the other cluster that the state speaks of
     * @param epoch of all that is said of it, on whichever cluster, what has the greatest number came last
     * @param position where it has moved: what a read on the other cluster must have reached to see that, too
     */
    record Entry(State state, @Nullable String cluster, long epoch, ConsistencyToken position) {
        Entry(State state, @Nullable String cluster, long epoch) {
            this(state, cluster, epoch, ConsistencyToken.NONE);
        }
    }

    static void create(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("create table if not exists " + STATES
                    + " (name varchar(80) primary key, state varchar(10) not null, cluster varchar(80),"
                    + " epoch bigint not null, position varchar(512))");
            statement.execute(
                    "create table if not exists " + LOCKS + " (name varchar(80) primary key, turns bigint not null)");
            statement.execute("create table if not exists " + MOVES + " (name varchar(80) primary key)");
        }
    }

    /** Notes those that are not noted yet as open. */
    static void open(Connection connection, List<Shard> shards) throws SQLException {
        Set<String> known = all(connection).keySet();
        for (Shard shard : shards) {
            if (!known.contains(shard.database())) {
                note(connection, shard.database(), new Entry(State.OPEN, null, 0));
            }
        }
    }

    /** Notes one that is not noted yet. */
    static void note(Connection connection, String database, Entry entry) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement(
                "insert into " + STATES + " (state, cluster, epoch, position, name) values (?, ?, ?, ?, ?)")) {
            set(insert, entry);
            insert.setString(5, database);
            insert.executeUpdate();
        }
        for (String table : List.of(LOCKS + " (name, turns) values (?, 0)", MOVES + " (name) values (?)")) {
            try (PreparedStatement insert = connection.prepareStatement("insert into " + table)) {
                insert.setString(1, database);
                insert.executeUpdate();
            }
        }
    }

    private static void set(PreparedStatement statement, Entry entry) throws SQLException {
        statement.setString(1, entry.state().name());
        statement.setString(2, entry.cluster());
        statement.setLong(3, entry.epoch());
        statement.setString(
                4, entry.position().isNone() ? null : entry.position().value());
    }

    static Entry entry(ResultSet row) throws SQLException {
        String position = row.getString("position");
        return new Entry(
                State.valueOf(row.getString("state")),
                row.getString("cluster"),
                row.getLong("epoch"),
                position == null ? ConsistencyToken.NONE : new ConsistencyToken(position));
    }

    static Set<String> names(ResultSet row) throws SQLException {
        Set<String> names = new HashSet<>();
        while (row.next()) {
            names.add(row.getString(1));
        }
        return names;
    }

    /** All that is noted here. */
    static Map<String, Entry> all(Connection connection) throws SQLException {
        Map<String, Entry> all = new HashMap<>();
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("select name, " + ENTRY + " from " + STATES)) {
            while (row.next()) {
                all.put(row.getString("name"), entry(row));
            }
        }
        return all;
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
        return switch (product(connection)) {
            case "postgresql" -> "for share";
            case "mariadb", "mysql" -> "lock in share mode";
            default -> "for update";
        };
    }

    /** What kind of database it is, in small letters. */
    static String product(Connection connection) throws SQLException {
        return connection.getMetaData().getDatabaseProductName().toLowerCase(Locale.ROOT);
    }

    /** Its state; null if it is not known here. */
    static @Nullable Entry read(Connection connection, String database) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(STATE)) {
            return one(select, database);
        }
    }

    /** Its state, which nobody else changes until the transaction ends; null if it is not known here. */
    static @Nullable Entry lock(Connection connection, String database, int seconds) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(STATE + " for update")) {
            select.setQueryTimeout(seconds);
            return one(select, database);
        }
    }

    private static @Nullable Entry one(PreparedStatement select, String database) throws SQLException {
        select.setString(1, database);
        try (ResultSet row = select.executeQuery()) {
            return row.next() ? entry(row) : null;
        }
    }

    /** Changes a state if it still is what it was; whether it was. */
    static boolean change(Connection connection, String database, Entry before, Entry after) throws SQLException {
        try (PreparedStatement update = connection.prepareStatement("update " + STATES
                + " set state = ?, cluster = ?, epoch = ?, position = ? where name = ? and state = ? and epoch = ?")) {
            set(update, after);
            update.setString(5, database);
            update.setString(6, before.state().name());
            update.setLong(7, before.epoch());
            return update.executeUpdate() == 1;
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

    /** Keeps others from moving it until the transaction ends. */
    static void lockMove(Connection connection, String database, int seconds) throws SQLException {
        try (PreparedStatement lock =
                connection.prepareStatement("select name from " + MOVES + " where name = ? for update")) {
            lock.setQueryTimeout(seconds);
            lock.setString(1, database);
            lock.executeQuery().close();
        }
    }
}
