package dev.headroom.router.internal.jdbc;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.CallableStatement;
import java.sql.ResultSet;
import org.jspecify.annotations.Nullable;

/**
 * A stored procedure's call: what {@link CallableStatement} adds goes to the driver's statement, the rest to a
 * {@link RoutedPreparedStatement}. A proxy, since calls are rare and the interface is wide.
 */
public final class RoutedCall implements InvocationHandler {
    private final CallableStatement delegate;
    private final RoutedPreparedStatement routed;

    private RoutedCall(CallableStatement delegate, StatementOwner owner, String sql) {
        this.delegate = delegate;
        this.routed = new RoutedPreparedStatement(delegate, owner, sql);
    }

    /** Wraps the driver's statement. */
    public static CallableStatement of(CallableStatement delegate, StatementOwner owner, String sql) {
        return (CallableStatement) Proxy.newProxyInstance(
                RoutedCall.class.getClassLoader(),
                new Class<?>[] {CallableStatement.class},
                new RoutedCall(delegate, owner, sql));
    }

    @Override
    public @Nullable Object invoke(Object proxy, Method method, Object @Nullable [] arguments) throws Throwable {
        boolean own = method.getDeclaringClass() == CallableStatement.class;
        try {
            Object result = method.invoke(own ? delegate : routed, arguments);
            return own && result instanceof ResultSet rows ? routed.routed(rows) : result;
        } catch (InvocationTargetException e) {
            throw e.getCause() == null ? e : e.getCause();
        }
    }
}
