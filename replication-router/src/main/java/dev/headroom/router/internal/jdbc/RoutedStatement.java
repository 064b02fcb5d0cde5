package dev.headroom.router.internal.jdbc;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;

/** A statement that tells its owner of every execution and leads back to the routed connection. */
public class RoutedStatement<S extends Statement> extends ForwardingStatement<S> {
    private final StatementOwner owner;
    private String text;
    private int batched;
    private boolean closed;
    private boolean completes;

    RoutedStatement(S delegate, StatementOwner owner, String text) {
        super(delegate);
        this.owner = owner;
        this.text = text;
    }

    /** A statement without SQL yet. */
    public static Statement of(Statement delegate, StatementOwner owner) {
        return new RoutedStatement<>(delegate, owner, "");
    }

    /** One execution. */
    interface Call<T> {
        T run() throws SQLException;
    }

    /** Before it is executed. @return when, for {@link #failed} and {@link #succeeded} */
    final long begin(String sql) throws SQLException {
        return owner.begin(sql);
    }

    /** After it has failed. @return what to throw */
    final SQLException failed(String sql, long startedAt, SQLException failure) {
        SQLException thrown = owner.end(sql, startedAt, failure);
        return thrown == null ? failure : thrown;
    }

    final void succeeded(String sql, long startedAt) {
        SQLException unused = owner.end(sql, startedAt, null);
    }

    /** Executes between the owner's begin and end. */
    final <T> T run(String sql, Call<T> call) throws SQLException {
        long startedAt = begin(sql);
        T result;
        try {
            result = call.run();
        } catch (SQLException failure) {
            throw failed(sql, startedAt, failure);
        }
        succeeded(sql, startedAt);
        return result;
    }

    final @Nullable ResultSet routed(@Nullable ResultSet rows) {
        return rows == null ? null : new RoutedRows(rows, this);
    }

    /** Its rows have been closed, and with them perhaps the statement itself. */
    final void rowsClosed() throws SQLException {
        if (completes && !closed && delegate().isClosed()) {
            close();
        }
    }

    /** Before the driver's own object is given out. */
    final void unwrapped() {
        owner.unwrapped();
    }

    @Override
    public <T> T unwrap(Class<T> type) throws SQLException {
        if (!type.isInstance(this)) {
            unwrapped();
        }
        return super.unwrap(type);
    }

    @Override
    public Connection getConnection() {
        return owner.connection();
    }

    @Override
    public void close() throws SQLException {
        if (closed) {
            return;
        }
        closed = true;
        try {
            delegate().close();
        } finally {
            owner.closed(); // which may give the connection to somebody else
        }
    }

    @Override
    public void closeOnCompletion() throws SQLException {
        delegate().closeOnCompletion();
        completes = true;
    }

    @Override
    public @Nullable ResultSet getResultSet() throws SQLException {
        return routed(delegate().getResultSet());
    }

    @Override
    public @Nullable ResultSet getGeneratedKeys() throws SQLException {
        return routed(delegate().getGeneratedKeys());
    }

    // The three that applications live on are written out, so that they make no garbage.

    @Override
    public @Nullable ResultSet executeQuery(String sql) throws SQLException {
        long startedAt = begin(sql);
        ResultSet rows;
        try {
            rows = delegate().executeQuery(sql);
        } catch (SQLException failure) {
            throw failed(sql, startedAt, failure);
        }
        succeeded(sql, startedAt);
        return routed(rows);
    }

    @Override
    public int executeUpdate(String sql) throws SQLException {
        long startedAt = begin(sql);
        int rows;
        try {
            rows = delegate().executeUpdate(sql);
        } catch (SQLException failure) {
            throw failed(sql, startedAt, failure);
        }
        succeeded(sql, startedAt);
        return rows;
    }

    @Override
    public int executeUpdate(String sql, int keys) throws SQLException {
        return run(sql, () -> delegate().executeUpdate(sql, keys));
    }

    @Override
    public int executeUpdate(String sql, int[] columns) throws SQLException {
        return run(sql, () -> delegate().executeUpdate(sql, columns));
    }

    @Override
    public int executeUpdate(String sql, String[] columns) throws SQLException {
        return run(sql, () -> delegate().executeUpdate(sql, columns));
    }

    @Override
    public long executeLargeUpdate(String sql) throws SQLException {
        return run(sql, () -> delegate().executeLargeUpdate(sql));
    }

    @Override
    public long executeLargeUpdate(String sql, int keys) throws SQLException {
        return run(sql, () -> delegate().executeLargeUpdate(sql, keys));
    }

    @Override
    public long executeLargeUpdate(String sql, int[] columns) throws SQLException {
        return run(sql, () -> delegate().executeLargeUpdate(sql, columns));
    }

    @Override
    public long executeLargeUpdate(String sql, String[] columns) throws SQLException {
        return run(sql, () -> delegate().executeLargeUpdate(sql, columns));
    }

    @Override
    public boolean execute(String sql) throws SQLException {
        long startedAt = begin(sql);
        boolean rows;
        try {
            rows = delegate().execute(sql);
        } catch (SQLException failure) {
            throw failed(sql, startedAt, failure);
        }
        succeeded(sql, startedAt);
        return rows;
    }

    @Override
    public boolean execute(String sql, int keys) throws SQLException {
        return run(sql, () -> delegate().execute(sql, keys));
    }

    @Override
    public boolean execute(String sql, int[] columns) throws SQLException {
        return run(sql, () -> delegate().execute(sql, columns));
    }

    @Override
    public boolean execute(String sql, String[] columns) throws SQLException {
        return run(sql, () -> delegate().execute(sql, columns));
    }

    @Override
    public void addBatch(String sql) throws SQLException {
        delegate().addBatch(sql);
        text = text.isEmpty() ? sql : text + "; " + sql;
        batched++;
    }

    @Override
    public void clearBatch() throws SQLException {
        delegate().clearBatch();
        endBatch();
    }

    @Override
    public int[] executeBatch() throws SQLException {
        return batch(() -> delegate().executeBatch());
    }

    @Override
    public long[] executeLargeBatch() throws SQLException {
        return batch(() -> delegate().executeLargeBatch());
    }

    /** The SQL that it was prepared with. */
    final String text() {
        return text;
    }

    private <T> T batch(Call<T> call) throws SQLException {
        try {
            return run(text, call);
        } finally {
            endBatch();
        }
    }

    private void endBatch() {
        if (batched > 0) {
            batched = 0;
            text = "";
        }
    }
}
