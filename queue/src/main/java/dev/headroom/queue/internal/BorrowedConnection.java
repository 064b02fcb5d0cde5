package dev.headroom.queue.internal;

import dev.headroom.transaction.JdbcTransactions;
import dev.headroom.transaction.TransactionHook;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** A connection lent to a handler: its transaction is ended by the queue alone. */
final class BorrowedConnection implements InvocationHandler {
    private final Connection real;

    private BorrowedConnection(Connection real) {
        this.real = real;
    }

    static Connection of(Connection real) {
        return (Connection) Proxy.newProxyInstance(
                BorrowedConnection.class.getClassLoader(),
                new Class<?>[] {Connection.class},
                new BorrowedConnection(real));
    }

    /** The connection itself, where this one was lent. */
    static Connection real(Connection connection) {
        boolean lent = Proxy.isProxyClass(connection.getClass())
                && Proxy.getInvocationHandler(connection) instanceof BorrowedConnection;
        return lent ? ((BorrowedConnection) Proxy.getInvocationHandler(connection)).real : connection;
    }

    /** Keeps actions for the commit of a job when they are given the connection as its handler sees it. */
    static TransactionHook hook() {
        TransactionHook hook = JdbcTransactions.hook();
        return (connection, action) -> connection != null && hook.afterCommit(real(connection), action);
    }

    @Override
    public @Nullable Object invoke(Object proxy, Method method, @Nullable Object @Nullable [] arguments)
            throws Throwable {
        switch (method.getName()) {
            case "close":
                return null;
            case "commit", "abort", "setAutoCommit":
                throw refused(method);
            case "rollback":
                if (method.getParameterCount() == 0) {
                    throw refused(method);
                }
                break;
            case "equals":
                return proxy == (arguments == null ? null : arguments[0]);
            case "hashCode":
                return System.identityHashCode(proxy);
            default:
                break;
        }
        try {
            return method.invoke(real, arguments);
        } catch (InvocationTargetException thrown) {
            throw thrown.getCause();
        }
    }

    private static SQLException refused(Method method) {
        return new SQLException(method.getName() + ": refused (expected: the queue ends the job's transaction)");
    }
}
