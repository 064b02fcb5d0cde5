package dev.headroom.queue;

import dev.headroom.queue.internal.sql.Delegated;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.function.UnaryOperator;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** Data sources whose connections do something else than those of the database. */
final class Proxied {
    private Proxied() {}

    /** What a call of a connection does. */
    @FunctionalInterface
    interface Call {
        /** Does it, or has {@link Delegated#call} do it. */
        @Nullable Object of(Connection connection, Method method, @Nullable Object[] arguments) throws Throwable;
    }

    /** Commits, or does not. */
    @FunctionalInterface
    interface Commit {
        /** Does it. */
        void on(Connection connection) throws SQLException;
    }

    /** The same data source, whose connections are what this makes of them. */
    static DataSource giving(DataSource target, UnaryOperator<Connection> made) {
        return (DataSource) Proxy.newProxyInstance(
                Proxied.class.getClassLoader(), new Class<?>[] {DataSource.class}, (proxy, method, arguments) -> {
                    Object result = Delegated.call(target, method, arguments);
                    return result instanceof Connection connection ? made.apply(connection) : result;
                });
    }

    /** The same data source, whose connections do this. */
    static DataSource connections(DataSource target, Call call) {
        return giving(target, connection -> (Connection) Proxy.newProxyInstance(
                Proxied.class.getClassLoader(),
                new Class<?>[] {Connection.class},
                (proxy, method, arguments) -> method.getName().equals("equals")
                        ? proxy == arguments[0]
                        : call.of(connection, method, arguments)));
    }

    /** The same data source, whose connections commit like this. */
    static DataSource commits(DataSource target, Commit commit) {
        return connections(target, (connection, method, arguments) -> {
            if (method.getName().equals("commit")) {
                commit.on(connection);
                return null;
            }
            return Delegated.call(connection, method, arguments);
        });
    }
}
