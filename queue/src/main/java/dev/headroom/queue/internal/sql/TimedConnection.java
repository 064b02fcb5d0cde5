package dev.headroom.queue.internal.sql;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;

/** A connection each of whose statements may take so long. */
final class TimedConnection implements InvocationHandler {
    private final Connection whole;
    private final int seconds;

    private TimedConnection(Connection whole, int seconds) {
        this.whole = whole;
        this.seconds = seconds;
    }

    static Connection of(Connection whole, int seconds) {
        return (Connection) Proxy.newProxyInstance(
                TimedConnection.class.getClassLoader(),
                new Class<?>[] {Connection.class},
                new TimedConnection(whole, seconds));
    }

    @Override
    public @Nullable Object invoke(Object proxy, Method method, @Nullable Object @Nullable [] arguments)
            throws Throwable {
        if (method.getName().equals("equals")) {
            return arguments != null && (proxy == arguments[0] || whole.equals(arguments[0]));
        }
        Object result = Delegated.call(whole, method, arguments);
        if (result instanceof Statement statement) {
            limit(statement);
        }
        return result;
    }

    private void limit(Statement statement) throws SQLException {
        try {
            statement.setQueryTimeout(seconds);
        } catch (SQLException | RuntimeException failure) {
            try (statement) {
                throw failure;
            }
        }
    }
}
