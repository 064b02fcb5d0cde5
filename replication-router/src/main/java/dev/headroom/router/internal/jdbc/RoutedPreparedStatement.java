package dev.headroom.router.internal.jdbc;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * A prepared statement that tells its owner of every execution and leads back to the routed connection. Its executions are written out, so
 * that they make no garbage.
 */
public final class RoutedPreparedStatement extends ForwardingPreparedStatement {
    public RoutedPreparedStatement(PreparedStatement delegate, StatementOwner owner, String sql) {
        super(delegate, owner, sql);
    }

    @Override
    public @Nullable ResultSet executeQuery() throws SQLException {
        long startedAt = begin(text());
        ResultSet rows;
        try {
            rows = delegate().executeQuery();
        } catch (SQLException failure) {
            throw failed(text(), startedAt, failure);
        }
        succeeded(text(), startedAt);
        return routed(rows);
    }

    @Override
    public int executeUpdate() throws SQLException {
        long startedAt = begin(text());
        int rows;
        try {
            rows = delegate().executeUpdate();
        } catch (SQLException failure) {
            throw failed(text(), startedAt, failure);
        }
        succeeded(text(), startedAt);
        return rows;
    }

    @Override
    public long executeLargeUpdate() throws SQLException {
        return run(text(), () -> delegate().executeLargeUpdate());
    }

    @Override
    public boolean execute() throws SQLException {
        long startedAt = begin(text());
        boolean rows;
        try {
            rows = delegate().execute();
        } catch (SQLException failure) {
            throw failed(text(), startedAt, failure);
        }
        succeeded(text(), startedAt);
        return rows;
    }
}
