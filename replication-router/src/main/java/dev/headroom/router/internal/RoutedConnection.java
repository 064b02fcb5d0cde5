package dev.headroom.router.internal;

import dev.headroom.router.RouteDecision;
import dev.headroom.router.Routed;
import dev.headroom.router.internal.jdbc.RoutedCall;
import dev.headroom.router.internal.jdbc.RoutedPreparedStatement;
import dev.headroom.router.internal.jdbc.RoutedStatement;
import java.lang.invoke.VarHandle;
import java.sql.Array;
import java.sql.Blob;
import java.sql.CallableStatement;
import java.sql.Clob;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.NClob;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.sql.SQLXML;
import java.sql.Savepoint;
import java.sql.Statement;
import java.sql.Struct;
import java.util.Optional;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * A connection that takes a node's connection only when a statement is made, and gives it back when the transaction is over.
 *
 * <p>What is set and asked before is {@link RoutedSettings}', so no framework that looks at a fresh connection fixes the route too early.
 * The binding itself is {@link Binding}'s.
 */
final class RoutedConnection extends RoutedSettings {
    private boolean closed;
    private volatile boolean aborted;

    RoutedConnection(Router router) {
        super(router);
    }

    /** The routed connection that this is or wraps, null if it is another one. */
    static @Nullable RoutedConnection of(Connection connection) {
        try {
            if (connection instanceof RoutedConnection routed) {
                return routed;
            }
            return connection.isWrapperFor(Routed.class)
                            && connection.unwrap(Routed.class) instanceof RoutedConnection routed
                    ? routed
                    : null;
        } catch (SQLException e) {
            return null;
        }
    }

    boolean belongsTo(Router other) {
        return router() == other;
    }

    @Override
    Connection connection() {
        return this;
    }

    @Override
    public Optional<RouteDecision> decision() {
        Lease lease = lease();
        return lease == null ? Optional.empty() : Optional.of(lease.decision());
    }

    @Override
    public boolean tainted() {
        Lease lease = lease();
        return lease != null && lease.tainted();
    }

    // Statement-making calls: these bind.

    /** Makes a statement on the node's connection. */
    private interface Making<S> {
        S on(Connection physical) throws SQLException;
    }

    private <S> S make(Making<S> making) throws SQLException {
        return made(bound(), making);
    }

    /** Some drivers ask the server already when a statement is made, and find it gone. */
    private <S> S made(Lease lease, Making<S> making) throws SQLException {
        try {
            return making.on(lease.physical());
        } catch (SQLException failure) {
            throw failed(lease, failure);
        }
    }

    private Lease bound() throws SQLException {
        checkOpen();
        return bind();
    }

    private Statement statement(Making<Statement> making) throws SQLException {
        Lease lease = bound();
        return RoutedStatement.of(made(lease, making), lease.opened());
    }

    private PreparedStatement prepared(String sql, Making<PreparedStatement> making) throws SQLException {
        Lease lease = bound();
        return new RoutedPreparedStatement(made(lease, making), lease.opened(), sql);
    }

    private CallableStatement call(String sql, Making<CallableStatement> making) throws SQLException {
        Lease lease = bound();
        return RoutedCall.of(made(lease, making), lease.opened(), sql);
    }

    // The two that applications live on are written out, so that they make no garbage.

    @Override
    public Statement createStatement() throws SQLException {
        Lease lease = bound();
        Statement statement;
        try {
            statement = lease.physical().createStatement();
        } catch (SQLException failure) {
            throw failed(lease, failure);
        }
        return RoutedStatement.of(statement, lease.opened());
    }

    @Override
    public Statement createStatement(int type, int concurrency) throws SQLException {
        return statement(physical -> physical.createStatement(type, concurrency));
    }

    @Override
    public Statement createStatement(int type, int concurrency, int holdability) throws SQLException {
        return statement(physical -> physical.createStatement(type, concurrency, holdability));
    }

    @Override
    public PreparedStatement prepareStatement(String sql) throws SQLException {
        Lease lease = bound();
        PreparedStatement statement;
        try {
            statement = lease.physical().prepareStatement(sql);
        } catch (SQLException failure) {
            throw failed(lease, failure);
        }
        return new RoutedPreparedStatement(statement, lease.opened(), sql);
    }

    @Override
    public PreparedStatement prepareStatement(String sql, int type, int concurrency) throws SQLException {
        return prepared(sql, physical -> physical.prepareStatement(sql, type, concurrency));
    }

    @Override
    public PreparedStatement prepareStatement(String sql, int type, int concurrency, int holdability)
            throws SQLException {
        return prepared(sql, physical -> physical.prepareStatement(sql, type, concurrency, holdability));
    }

    @Override
    public PreparedStatement prepareStatement(String sql, int keys) throws SQLException {
        return prepared(sql, physical -> physical.prepareStatement(sql, keys));
    }

    @Override
    public PreparedStatement prepareStatement(String sql, int[] columns) throws SQLException {
        return prepared(sql, physical -> physical.prepareStatement(sql, columns));
    }

    @Override
    public PreparedStatement prepareStatement(String sql, String[] columns) throws SQLException {
        return prepared(sql, physical -> physical.prepareStatement(sql, columns));
    }

    @Override
    public CallableStatement prepareCall(String sql) throws SQLException {
        return call(sql, physical -> physical.prepareCall(sql));
    }

    @Override
    public CallableStatement prepareCall(String sql, int type, int concurrency) throws SQLException {
        return call(sql, physical -> physical.prepareCall(sql, type, concurrency));
    }

    @Override
    public CallableStatement prepareCall(String sql, int type, int concurrency, int holdability) throws SQLException {
        return call(sql, physical -> physical.prepareCall(sql, type, concurrency, holdability));
    }

    @Override
    public String nativeSQL(String sql) throws SQLException {
        return make(physical -> physical.nativeSQL(sql));
    }

    @Override
    public Clob createClob() throws SQLException {
        return make(Connection::createClob);
    }

    @Override
    public Blob createBlob() throws SQLException {
        return make(Connection::createBlob);
    }

    @Override
    public NClob createNClob() throws SQLException {
        return make(Connection::createNClob);
    }

    @Override
    public SQLXML createSQLXML() throws SQLException {
        return make(Connection::createSQLXML);
    }

    @Override
    public Array createArrayOf(String type, Object[] elements) throws SQLException {
        return make(physical -> physical.createArrayOf(type, elements));
    }

    @Override
    public Struct createStruct(String type, Object[] attributes) throws SQLException {
        return make(physical -> physical.createStruct(type, attributes));
    }

    // Transactions.

    @Override
    public void setAutoCommit(boolean autoCommit) throws SQLException {
        checkOpen();
        autoCommit(autoCommit);
    }

    @Override
    public boolean getAutoCommit() throws SQLException {
        checkOpen();
        return autoCommit();
    }

    @Override
    public void commit() throws SQLException {
        checkTransaction("commit");
        super.commit();
    }

    @Override
    public void rollback() throws SQLException {
        checkTransaction("rollback");
        super.rollback();
    }

    @Override
    public Savepoint setSavepoint() throws SQLException {
        return make(Connection::setSavepoint);
    }

    @Override
    public Savepoint setSavepoint(String name) throws SQLException {
        return make(physical -> physical.setSavepoint(name));
    }

    @Override
    public void rollback(Savepoint savepoint) throws SQLException {
        boolean unused = make(physical -> {
            physical.rollback(savepoint);
            return true;
        });
    }

    @Override
    public void releaseSavepoint(Savepoint savepoint) throws SQLException {
        boolean unused = make(physical -> {
            physical.releaseSavepoint(savepoint);
            return true;
        });
    }

    // Questions.

    @Override
    public DatabaseMetaData getMetaData() throws SQLException {
        checkOpen();
        return RoutedMetaData.of(this, router().facts());
    }

    @Override
    public boolean isValid(int timeoutSeconds) throws SQLException {
        if (timeoutSeconds < 0) {
            throw new SQLException("timeout: " + timeoutSeconds + " (expected: >= 0)", "22023");
        }
        Lease lease = lease();
        return !isClosed() && (lease == null || lease.physical().isValid(timeoutSeconds));
    }

    @Override
    public @Nullable SQLWarning getWarnings() throws SQLException {
        checkOpen();
        Lease lease = lease();
        return lease == null ? null : lease.physical().getWarnings();
    }

    @Override
    public void clearWarnings() throws SQLException {
        checkOpen();
        Lease lease = lease();
        if (lease != null) {
            lease.physical().clearWarnings();
        }
    }

    @Override
    public <T> T unwrap(Class<T> type) throws SQLException {
        if (type.isInstance(this)) {
            return type.cast(this);
        }
        Lease lease = bound();
        unwrapped(lease);
        return lease.physical().unwrap(type);
    }

    @Override
    public boolean isWrapperFor(Class<?> type) throws SQLException {
        return type.isInstance(this) || router().facts().wraps(this, type);
    }

    @Override
    public boolean isClosed() {
        return closed || aborted;
    }

    @Override
    public void close() throws SQLException {
        if (!closed) {
            closed = true;
            if (aborted) {
                discard();
            }
            super.close();
        }
    }

    /** Cuts the connection for another thread, whose {@link #close} then has it thrown away. */
    @Override
    public void abort(Executor executor) throws SQLException {
        if (isClosed()) {
            return;
        }
        aborted = true;
        VarHandle.fullFence(); // whoever binds it now finds it aborted, or this sees what it is bound to
        Lease lease = lease();
        if (lease != null) {
            lease.physical().abort(executor);
        }
    }

    @Override
    void checkOpen() throws SQLException {
        if (isClosed()) {
            throw new SQLException("connection: closed (expected: open)", "08003");
        }
    }

    private void checkTransaction(String call) throws SQLException {
        checkOpen();
        if (autoCommit()) {
            throw new SQLException(call + ": in auto-commit mode (expected: after setAutoCommit(false))", "25P01");
        }
    }

    @Override
    public String toString() {
        return "RoutedConnection[" + decision().map(RouteDecision::explanation).orElse("not bound") + "]";
    }
}
