package dev.headroom.router.shard;

import dev.headroom.router.shard.ShardTable.Entry;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A transaction that only reads, and all of it at one moment: that of its first query, which must be one of these. On PostgreSQL that query brings
 * the level of isolation along; where the connection has to be told, that and taking it back are two round trips more.
 */
final class ShardSnapshot {
    private final Connection connection;
    private String before;

    private ShardSnapshot(Connection connection, String before) {
        this.connection = connection;
        this.before = before;
    }

    /** @param connection that nothing was executed on */
    static ShardSnapshot begin(Connection connection) throws SQLException {
        connection.setReadOnly(true);
        boolean postgres = ShardTable.product(connection).equals("postgresql");
        if (!postgres) {
            connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
        }
        connection.setAutoCommit(false);
        return new ShardSnapshot(connection, postgres ? "set transaction isolation level repeatable read; " : "");
    }

    Connection connection() {
        return connection;
    }

    /** What is said of a logical database; null if it is not known here. */
    @Nullable Entry read(String database) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(first(ShardTable.STATE))) {
            select.setString(1, database);
            try (ResultSet row = rows(select)) {
                return row.next() ? ShardTable.entry(row) : null;
            }
        }
    }

    /** Those that are here, whether they take writes or not. */
    Set<String> here() throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(first(ShardTable.HERE));
                ResultSet row = rows(select)) {
            return ShardTable.names(row);
        }
    }

    private String first(String query) {
        String sql = before + query;
        before = "";
        return sql;
    }

    private static ResultSet rows(PreparedStatement select) throws SQLException {
        for (boolean rows = select.execute(); !rows; rows = select.getMoreResults()) {
            if (select.getUpdateCount() < 0) {
                throw new SQLException("no rows of " + select, "02000");
            }
        }
        return select.getResultSet();
    }
}
