package dev.headroom.queue.internal;

import dev.headroom.queue.internal.sql.Delegated;
import dev.headroom.transaction.JdbcTransactions;
import dev.headroom.transaction.TransactionHook;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.CallableStatement;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;

/** A connection lent to a handler: its transaction is ended by the queue alone. */
final class BorrowedConnection implements InvocationHandler {
    private final Connection real;
    private final Assignment borrower;

    private BorrowedConnection(Connection real, Assignment borrower) {
        this.real = real;
        this.borrower = borrower;
    }

    static Connection of(Connection real, Assignment borrower) {
        return (Connection) Proxy.newProxyInstance(
                BorrowedConnection.class.getClassLoader(),
                new Class<?>[] {Connection.class},
                new BorrowedConnection(real, borrower));
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
            case "commit", "abort", "setAutoCommit", "setTransactionIsolation", "setReadOnly":
                throw refused(method);
            case "rollback":
                if (method.getParameterCount() == 0) {
                    throw refused(method);
                }
                break;
            case "unwrap":
                if (isConnection(arguments)) {
                    throw refused(method);
                }
                break;
            case "isWrapperFor":
                if (isConnection(arguments)) {
                    return false;
                }
                break;
            case "equals":
                return proxy == (arguments == null ? null : arguments[0]);
            case "hashCode":
                return System.identityHashCode(proxy);
            default:
                break;
        }
        borrower.lent();
        return lent((Connection) proxy, Delegated.call(real, method, arguments));
    }

    private static boolean isConnection(@Nullable Object @Nullable [] arguments) {
        return arguments != null && arguments[0] instanceof Class<?> type && Connection.class.isAssignableFrom(type);
    }

    /** What knows the connection that made it knows this one instead. */
    private @Nullable Object lent(Connection lent, @Nullable Object made) {
        Class<?> type = made instanceof CallableStatement
                ? CallableStatement.class
                : made instanceof PreparedStatement
                        ? PreparedStatement.class
                        : made instanceof Statement
                                ? Statement.class
                                : made instanceof DatabaseMetaData ? DatabaseMetaData.class : null;
        if (made == null || type == null) {
            return made;
        }
        return Proxy.newProxyInstance(
                BorrowedConnection.class.getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> {
                    return switch (method.getName()) {
                        case "getConnection" -> lent;
                        case "equals" -> proxy == (arguments == null ? null : arguments[0]);
                        case "hashCode" -> System.identityHashCode(proxy);
                        default ->
                            made instanceof Statement statement
                                            && method.getName().startsWith("execute")
                                    ? execute(statement, method, arguments)
                                    : Delegated.call(made, method, arguments);
                    };
                });
    }

    private @Nullable Object execute(Statement statement, Method method, @Nullable Object @Nullable [] arguments)
            throws Throwable {
        borrower.executing(statement);
        try {
            return Delegated.call(statement, method, arguments);
        } finally {
            borrower.executing(null);
        }
    }

    private static SQLException refused(Method method) {
        return new SQLException(method.getName() + ": refused (expected: the queue ends the job's transaction)");
    }
}
