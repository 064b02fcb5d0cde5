package dev.headroom.router.internal.jdbc;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;

/** A result that leads back to the routed statement, or to none if a {@code DatabaseMetaData} made it ({@link MetaDataRows}). */
public class RoutedRows extends ForwardingUpdatableRows {
    private final @Nullable RoutedStatement<?> statement;

    RoutedRows(ResultSet delegate, @Nullable RoutedStatement<?> statement) {
        super(delegate);
        this.statement = statement;
    }

    @Override
    public @Nullable Statement getStatement() {
        return statement;
    }

    @Override
    public <T> T unwrap(Class<T> type) throws SQLException {
        if (statement != null && !type.isInstance(this)) {
            statement.unwrapped();
        }
        return super.unwrap(type);
    }

    // Changes in place are executions as others are.

    @Override
    public void insertRow() throws SQLException {
        change("insert row in place", delegate()::insertRow);
    }

    @Override
    public void updateRow() throws SQLException {
        change("update row in place", delegate()::updateRow);
    }

    @Override
    public void deleteRow() throws SQLException {
        change("delete row in place", delegate()::deleteRow);
    }

    private interface Change {
        void run() throws SQLException;
    }

    private void change(String what, Change change) throws SQLException {
        if (statement == null) {
            change.run();
            return;
        }
        statement.run(what, () -> {
            change.run();
            return true;
        });
    }

    @Override
    public void close() throws SQLException {
        delegate().close();
        if (statement != null) {
            statement.rowsClosed();
        }
    }
}
