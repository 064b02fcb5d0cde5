package dev.headroom.queue.internal.sql;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;

/**
 * A connection to PostgreSQL whose transaction is told something with its first statement: in the text of that, so that it costs no round
 * trip, or before it where that may be one of a batch, or is none with a text of its own. For one thread.
 */
final class TellingConnection implements InvocationHandler {
    private final Connection whole;
    private final String told;
    private boolean isTold;

    private TellingConnection(Connection whole, String told) {
        this.whole = whole;
        this.told = told;
    }

    /** @param told a command that gives no rows */
    static Connection of(Connection whole, String told) {
        return (Connection) Proxy.newProxyInstance(
                TellingConnection.class.getClassLoader(),
                new Class<?>[] {Connection.class},
                new TellingConnection(whole, told));
    }

    @Override
    public @Nullable Object invoke(Object proxy, Method method, @Nullable Object @Nullable [] arguments)
            throws Throwable {
        String name = method.getName();
        if (name.equals("equals")) {
            return arguments != null && (proxy == arguments[0] || whole.equals(arguments[0]));
        }
        boolean prepares = name.equals("prepareStatement");
        if (!isTold && prepares && arguments != null && arguments.length == 1 && isAlone((String) arguments[0])) {
            return telling(whole.prepareStatement(told + "; " + arguments[0]));
        }
        if (!isTold && (prepares || name.equals("createStatement") || name.equals("setSavepoint"))) {
            try (Statement statement = whole.createStatement()) {
                statement.execute(told);
            }
            isTold = true;
        }
        return Delegated.call(whole, method, arguments);
    }

    /** Whether a statement is none of a batch: those that change any number of rows are executed once. */
    private static boolean isAlone(String sql) {
        return sql.startsWith("select ")
                || sql.startsWith("with ")
                || sql.startsWith("set ")
                || sql.contains("= any(?)");
    }

    private PreparedStatement telling(PreparedStatement statement) {
        return (PreparedStatement) Proxy.newProxyInstance(
                TellingConnection.class.getClassLoader(),
                new Class<?>[] {PreparedStatement.class},
                (proxy, method, arguments) -> {
                    boolean executes = method.getName().startsWith("execute");
                    isTold |= executes;
                    return executes
                            ? execute(statement, method, arguments)
                            : Delegated.call(statement, method, arguments);
                });
    }

    /** What was told has a result of its own, which is the first. */
    private static @Nullable Object execute(
            PreparedStatement statement, Method method, @Nullable Object @Nullable [] arguments) throws Throwable {
        return switch (method.getName()) {
            case "executeQuery" -> {
                next(statement);
                yield statement.getResultSet();
            }
            case "executeUpdate" -> {
                next(statement);
                yield statement.getUpdateCount();
            }
            default -> Delegated.call(statement, method, arguments);
        };
    }

    private static void next(PreparedStatement statement) throws SQLException {
        statement.execute();
        statement.getMoreResults();
    }
}
