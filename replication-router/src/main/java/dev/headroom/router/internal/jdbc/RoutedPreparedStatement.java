package dev.headroom.router.internal.jdbc;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** A prepared statement that tells its owner of every execution and leads back to the routed connection. */
public final class RoutedPreparedStatement extends ForwardingPreparedStatement {
    public RoutedPreparedStatement(PreparedStatement delegate, StatementOwner owner, String sql) {
        super(delegate, owner, sql);
    }

    @Override
    public @Nullable ResultSet executeQuery() throws SQLException {
        return routed(run(text(), () -> delegate().executeQuery()));
    }

    @Override
    public int executeUpdate() throws SQLException {
        return run(text(), () -> delegate().executeUpdate());
    }

    @Override
    public long executeLargeUpdate() throws SQLException {
        return run(text(), () -> delegate().executeLargeUpdate());
    }

    @Override
    public boolean execute() throws SQLException {
        return run(text(), () -> delegate().execute());
    }
}
