package dev.headroom.router.internal;

import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.util.function.Supplier;
import java.util.logging.Logger;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** Hands out routed connections; takes nothing from any pool by itself. */
final class RoutedDataSource implements DataSource {
    private final Supplier<Router> router;
    private final String text;

    /**
     * Hands out connections of a router.
     *
     * @param router asked for each connection
     * @param text how this data source is written
     */
    RoutedDataSource(Supplier<Router> router, String text) {
        this.router = router;
        this.text = text;
    }

    @Override
    public Connection getConnection() {
        return new RoutedConnection(router.get());
    }

    @Override
    public Connection getConnection(String user, String password) throws SQLException {
        throw new SQLFeatureNotSupportedException("getConnection(user, password): the pools have their users");
    }

    @Override
    public @Nullable PrintWriter getLogWriter() {
        return null;
    }

    @Override
    public void setLogWriter(PrintWriter writer) throws SQLException {
        throw new SQLFeatureNotSupportedException("setLogWriter: logs go to slf4j");
    }

    @Override
    public void setLoginTimeout(int seconds) throws SQLException {
        throw new SQLFeatureNotSupportedException("setLoginTimeout: the pools have their timeouts");
    }

    @Override
    public int getLoginTimeout() {
        return 0;
    }

    @Override
    public Logger getParentLogger() throws SQLFeatureNotSupportedException {
        throw new SQLFeatureNotSupportedException("getParentLogger: logs go to slf4j");
    }

    @Override
    public <T> T unwrap(Class<T> type) throws SQLException {
        if (type.isInstance(this)) {
            return type.cast(this);
        }
        Router current = router.get();
        if (type.isInstance(current)) {
            return type.cast(current);
        }
        throw new SQLException("unwrap: " + type.getName() + " (expected: DataSource or ReplicaRouter)");
    }

    @Override
    public boolean isWrapperFor(Class<?> type) {
        return type.isInstance(this) || type.isInstance(router.get());
    }

    @Override
    public String toString() {
        return text;
    }
}
