package dev.headroom.router.internal;

import dev.headroom.router.internal.jdbc.MetaDataRows;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.DatabaseMetaData;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * Answers what never changes from {@link Facts}, without binding; what looks into the schema is a statement like any other. A proxy, since
 * it is asked rarely and the interface is wide.
 */
final class RoutedMetaData implements InvocationHandler {
    private final RoutedConnection connection;
    private final Facts facts;

    private RoutedMetaData(RoutedConnection connection, Facts facts) {
        this.connection = connection;
        this.facts = facts;
    }

    static DatabaseMetaData of(RoutedConnection connection, Facts facts) {
        return (DatabaseMetaData) Proxy.newProxyInstance(
                RoutedMetaData.class.getClassLoader(),
                new Class<?>[] {DatabaseMetaData.class},
                new RoutedMetaData(connection, facts));
    }

    @Override
    public @Nullable Object invoke(Object proxy, Method method, Object @Nullable [] arguments) throws Throwable {
        if (method.getDeclaringClass() == Object.class) {
            return ofObject(proxy, method, arguments);
        }
        boolean asksNothing = method.getParameterCount() == 0;
        return switch (method.getName()) {
            case "getConnection" -> connection;
            case "isReadOnly" -> connection.isReadOnly();
            case "unwrap", "isWrapperFor" -> wrapper(proxy, method, arguments);
            default ->
                asksNothing && method.getReturnType() != ResultSet.class
                        ? facts.metaData(connection, method)
                        : onNode(method, arguments);
        };
    }

    private @Nullable Object onNode(Method method, Object @Nullable [] arguments) throws Throwable {
        connection.checkOpen();
        Lease lease = connection.bind();
        long startedAt = lease.begin(method.getName());
        Object answer;
        try {
            answer = call(method, lease.physical().getMetaData(), arguments);
        } catch (SQLException failure) {
            SQLException thrown = lease.end(method.getName(), startedAt, failure);
            throw thrown == null ? failure : thrown;
        }
        SQLException unused = lease.end(method.getName(), startedAt, null);
        return answer instanceof ResultSet rows ? new MetaDataRows(rows, lease.opened()) : answer;
    }

    private @Nullable Object wrapper(Object proxy, Method method, Object @Nullable [] arguments) throws Throwable {
        if (arguments != null && arguments[0] instanceof Class<?> type && type.isInstance(proxy)) {
            return method.getName().equals("unwrap") ? proxy : Boolean.TRUE;
        }
        if (method.getName().equals("isWrapperFor")) {
            return Boolean.FALSE;
        }
        throw new SQLException("unwrap: only the interface itself (expected: DatabaseMetaData)");
    }

    private static @Nullable Object ofObject(Object proxy, Method method, Object @Nullable [] arguments) {
        return switch (method.getName()) {
            case "equals" -> arguments != null && proxy == arguments[0];
            case "hashCode" -> System.identityHashCode(proxy);
            default -> "RoutedMetaData";
        };
    }

    private static @Nullable Object call(Method method, Object target, Object @Nullable [] arguments) throws Throwable {
        try {
            return method.invoke(target, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause() == null ? e : e.getCause();
        }
    }
}
