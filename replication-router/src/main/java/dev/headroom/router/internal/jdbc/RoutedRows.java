package dev.headroom.router.internal.jdbc;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;

/** A result that leads back to the routed statement, or to none if a {@code DatabaseMetaData} made it. */
public final class RoutedRows extends ForwardingUpdatableRows {
    private final @Nullable RoutedStatement<?> statement;

    public RoutedRows(ResultSet delegate, @Nullable RoutedStatement<?> statement) {
        super(delegate);
        this.statement = statement;
    }

    @Override
    public @Nullable Statement getStatement() {
        return statement;
    }

    @Override
    public void close() throws SQLException {
        delegate().close();
        if (statement != null) {
            statement.rowsClosed();
        }
    }
}
