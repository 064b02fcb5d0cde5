package dev.headroom.transaction;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** A transaction's connection that is taken when it is first used. Used by one thread alone. */
final class LazyConnection implements InvocationHandler {
    private final DataSource dataSource;
    private @Nullable Connection taken;
    private boolean autoCommitBefore;
    private boolean refused;
    private boolean closed;

    private LazyConnection(DataSource dataSource) {
        this.dataSource = dataSource;
    }

    static Connection of(DataSource dataSource) {
        return (Connection) Proxy.newProxyInstance(
                LazyConnection.class.getClassLoader(),
                new Class<?>[] {Connection.class},
                new LazyConnection(dataSource));
    }

    private static @Nullable LazyConnection behind(Connection connection) {
        return Proxy.isProxyClass(connection.getClass())
                        && Proxy.getInvocationHandler(connection) instanceof LazyConnection lazy
                ? lazy
                : null;
    }

    /** Whether a connection has been taken; true of one that is not lazy. */
    static boolean isTaken(Connection connection) {
        LazyConnection lazy = behind(connection);
        return lazy == null || lazy.taken != null;
    }

    /** Whether a connection was asked for when there was none. */
    static boolean isRefused(Connection connection) {
        LazyConnection lazy = behind(connection);
        return lazy != null && lazy.refused;
    }

    @Override
    public @Nullable Object invoke(Object proxy, Method method, @Nullable Object @Nullable [] arguments)
            throws Throwable {
        switch (method.getName()) {
            case "equals":
                return proxy == (arguments == null ? null : arguments[0]);
            case "hashCode":
                return System.identityHashCode(proxy);
            case "toString":
                return "Connection[" + (taken == null ? "not taken yet" : taken) + "]";
            case "getAutoCommit":
                return false;
            case "isClosed":
                return closed;
            case "setAutoCommit":
                if (arguments != null && Boolean.TRUE.equals(arguments[0])) {
                    throw new SQLException("setAutoCommit: true (expected: false, until the transaction ends)");
                }
                return null;
            case "close":
                close();
                return null;
            case "commit", "rollback":
                if (taken == null && !closed) {
                    return null;
                }
                break;
            default:
                break;
        }
        try {
            return method.invoke(connection(), arguments);
        } catch (InvocationTargetException thrown) {
            throw thrown.getCause();
        }
    }

    private Connection connection() throws SQLException {
        if (closed) {
            throw new SQLException("connection: used after its transaction");
        }
        Connection known = taken;
        if (known != null) {
            return known;
        }
        refused = true;
        Connection fresh = dataSource.getConnection();
        try {
            autoCommitBefore = fresh.getAutoCommit();
            fresh.setAutoCommit(false);
        } catch (SQLException | RuntimeException failure) {
            fresh.close();
            throw failure;
        }
        refused = false;
        taken = fresh;
        return fresh;
    }

    private void close() throws SQLException {
        Connection known = taken;
        if (known != null && !closed) {
            closed = true;
            try (known) {
                known.setAutoCommit(autoCommitBefore);
            }
        }
        closed = true;
    }
}
