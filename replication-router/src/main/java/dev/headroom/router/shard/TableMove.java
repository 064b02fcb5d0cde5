package dev.headroom.router.shard;

import dev.headroom.config.Checks;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;

/**
 * Moves the rows of tables that name the logical database in a column: deletes what an earlier run has left at the target, copies all rows
 * while writers are held, compares the numbers, and deletes them at the source afterwards. The tables must have the same columns, none of
 * them generated always. Values of every type arrive as they were, on PostgreSQL and MariaDB whatever the driver can make of them; elsewhere
 * they are what {@code getObject} gives. Immutable and thread-safe.
 *
 * <pre>{@code
 * ShardMove move = TableMove.by("shard", "customer", "customer_order");
 * }</pre>
 */
public final class TableMove implements ShardMove {
    private static final String NAME = "[A-Za-z_][A-Za-z0-9_]*(\\.[A-Za-z_][A-Za-z0-9_]*)?";

    private final String column;
    private final List<String> tables;

    private TableMove(String column, List<String> tables) {
        this.column = column;
        this.tables = tables;
    }

    /**
     * Moves by this column, which every table has.
     *
     * @param column the column with the logical database's name
     * @param tables parents before children
     * @throws dev.headroom.config.ConfigurationException if there is no table, or a name has other characters than letters, digits, underscores
     */
    public static TableMove by(String column, String... tables) {
        Checks.that(column != null && column.matches(NAME), "column", column, "letters, digits and underscores");
        Checks.that(tables.length > 0, "tables", "none", "at least one");
        for (String table : tables) {
            Checks.that(table.matches(NAME), "table", table, "letters, digits and underscores");
        }
        return new TableMove(column, List.of(tables));
    }

    @Override
    public void copy(Shard shard, Connection from, Connection to) throws SQLException {
        clean(shard, to);
        RowCopy rows = RowCopy.of(from);
        for (String table : tables) {
            long copied = rows.copy(table, column, shard.database(), from, to);
            long there = count(table, shard, to);
            if (there != copied) {
                throw new SQLException(table + ": " + there + " rows of " + shard.database()
                        + " at the target (expected: " + copied + ")");
            }
        }
    }

    private long count(String table, Shard shard, Connection connection) throws SQLException {
        try (PreparedStatement count =
                connection.prepareStatement("select count(*) from " + table + " where " + column + " = ?")) {
            count.setString(1, shard.database());
            try (ResultSet row = count.executeQuery()) {
                row.next();
                return row.getLong(1);
            }
        }
    }

    @Override
    public void clean(Shard shard, Connection from) throws SQLException {
        for (int i = tables.size() - 1; i >= 0; i--) {
            try (PreparedStatement delete =
                    from.prepareStatement("delete from " + tables.get(i) + " where " + column + " = ?")) {
                delete.setString(1, shard.database());
                delete.executeUpdate();
            }
        }
    }

    @Override
    public String toString() {
        return "TableMove[" + tables + " by " + column + "]";
    }
}
