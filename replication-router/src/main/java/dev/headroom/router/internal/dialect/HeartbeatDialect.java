package dev.headroom.router.internal.dialect;

import dev.headroom.router.HeartbeatTable;
import dev.headroom.router.NodeRole;
import dev.headroom.router.spi.Position;
import dev.headroom.router.spi.ReplicationDialect;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Positions by a row that is raised on the primary and read on the replicas.
 *
 * <p>Updates of one row follow each other, so what a probe's update made of it is greater than every number before, and everything that
 * had committed when the probe was sent comes before it in the log; so it does before a later number, which the probe reads if others have
 * raised the row meanwhile. The update commits by itself: a process that stops in the middle of a probe keeps no lock.
 */
public final class HeartbeatDialect implements ReplicationDialect {
    private final HeartbeatTable table;
    private final String raise;
    private final String raiseAndOwn;
    private final String read;

    /** Works with this table. */
    public HeartbeatDialect(HeartbeatTable table) {
        this.table = table;
        this.raise = "update " + table.name() + " set beat = beat + 1 where id = 1";
        this.raiseAndOwn = "update " + table.name()
                + " set timeline = case when node = ? then timeline when node is null then timeline else timeline + 1 end,"
                + " beat = beat + 1, node = ? where id = 1";
        this.read = "select timeline, beat, node from " + table.name() + " where id = 1";
    }

    @Override
    public Answer probe(Asked node, Connection connection) throws SQLException {
        if (!takesWrites(node, connection)) {
            return new Answer(NodeRole.REPLICA, read(connection).position());
        }
        Row row = read(connection);
        return mayRaise(node, row)
                ? new Answer(NodeRole.PRIMARY, raised(node, connection))
                : new Answer(NodeRole.PRIMARY, row.position(), false);
    }

    /**
     * Who was the last to take the row into possession, on its own copy of it, and gets no writes was deposed: nothing is written there. A
     * new primary has the former one's name in its copy, and must begin a timeline in order to be known for what it is.
     */
    private boolean mayRaise(Asked node, Row row) {
        return table.roleQuery().isEmpty()
                || node.elected()
                || (row.owner() != null && !node.name().equals(row.owner()));
    }

    private boolean takesWrites(Asked node, Connection connection) throws SQLException {
        String query = table.roleQuery().orElse(null);
        if (query == null) {
            return node.primary();
        }
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(query)) {
            if (!row.next()) {
                throw new SQLException("roleQuery: no row of " + query + " (expected: one boolean)", "22000");
            }
            return row.getBoolean(1);
        }
    }

    private Position raised(Asked node, Connection connection) throws SQLException {
        if (update(node, connection) != 1) {
            throw new SQLException(
                    table.name() + ": no row with id 1 on " + node.name() + " (expected: HeartbeatTable.install())",
                    "02000");
        }
        return read(connection).position();
    }

    private int update(Asked node, Connection connection) throws SQLException {
        if (table.roleQuery().isEmpty()) {
            try (Statement statement = connection.createStatement()) {
                return statement.executeUpdate(raise);
            }
        }
        try (PreparedStatement statement = connection.prepareStatement(raiseAndOwn)) {
            statement.setString(1, node.name());
            statement.setString(2, node.name());
            return statement.executeUpdate();
        }
    }

    /**
     * The row.
     *
     * @param owner the primary that has raised it last, null if none has told its name
     */
    private record Row(Position position, @Nullable String owner) {}

    /** A row that has not arrived yet covers nothing. */
    private Row read(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(read)) {
            return row.next()
                    ? new Row(new Position(row.getLong(1), row.getLong(2)), row.getString(3))
                    : new Row(Position.NONE, null);
        }
    }

    @Override
    public String mark() {
        return "h";
    }

    @Override
    public Commit commit(Connection connection) throws SQLException {
        connection.commit();
        return Commit.UNTOLD;
    }

    /** A number that covers what has committed has yet to be written. */
    @Override
    public Optional<Position> capture(Connection connection) {
        return Optional.empty();
    }

    /** There is no telling; asking for a position too many does no harm. */
    @Override
    public boolean speaks(Connection connection) {
        return true;
    }
}
