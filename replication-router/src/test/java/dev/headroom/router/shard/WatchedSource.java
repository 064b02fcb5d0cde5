package dev.headroom.router.shard;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;
import javax.sql.DataSource;

/** The connections of a process, which can be stopped at a commit, and can all be cut at once, as when the process is killed. */
final class WatchedSource {
    private final Set<Connection> open = ConcurrentHashMap.newKeySet();
    private final Set<Connection> locking = ConcurrentHashMap.newKeySet();
    private volatile OnCommit onCommit = Commit::run;
    private volatile boolean dead;

    /** The driver's commit. */
    interface Commit {
        void run() throws SQLException;
    }

    /** What happens at a commit. */
    interface OnCommit {
        void run(Commit commit) throws SQLException;
    }

    UnaryOperator<DataSource> wrap() {
        return this::watched;
    }

    void onCommit(OnCommit action) {
        onCommit = action;
    }

    /** Nothing that the process does reaches the databases any more. */
    void die() {
        dead = true;
        open.forEach(WatchedSource::abort);
    }

    /** Cuts the connection that keeps other movers out. */
    void cutLock() {
        locking.forEach(WatchedSource::abort);
    }

    private static void abort(Connection connection) {
        try {
            connection.abort(Runnable::run);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private DataSource watched(DataSource source) {
        return proxy(DataSource.class, (method, arguments) -> {
            if (dead && method.getName().equals("getConnection")) {
                throw new SQLException("dead", "08006");
            }
            Object result = call(source, method, arguments);
            return result instanceof Connection connection ? watched(connection) : result;
        });
    }

    private Connection watched(Connection connection) {
        open.add(connection);
        return proxy(Connection.class, (method, arguments) -> {
            switch (method.getName()) {
                case "commit" -> {
                    onCommit.run(() -> {
                        if (dead) {
                            throw new SQLException("dead", "08006");
                        }
                        connection.commit();
                    });
                    return null;
                }
                case "close" -> {
                    open.remove(connection);
                    locking.remove(connection);
                }
                case "prepareStatement" -> {
                    if (arguments[0].toString().contains("headroom_shard_move where")) {
                        locking.add(connection);
                    }
                }
                default -> {}
            }
            return call(connection, method, arguments);
        });
    }

    /** A call, as it was made. */
    private interface Calls {
        Object of(Method method, Object[] arguments) throws Throwable;
    }

    private static <T> T proxy(Class<T> type, Calls calls) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(),
                new Class<?>[] {type},
                (proxy, method, arguments) -> method.getDeclaringClass() == Object.class
                        ? call(calls, method, arguments)
                        : calls.of(method, arguments)));
    }

    private static Object call(Object target, Method method, Object[] arguments) throws Throwable {
        try {
            return method.invoke(target, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }
}
