package dev.headroom.queue.spring;

import dev.headroom.queue.internal.sql.Delegated;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import org.jspecify.annotations.Nullable;

/** A connection whose transaction is begun and ended by others than whoever has this one and believes to do so. */
final class UnendedConnection implements InvocationHandler {
    private final Connection real;

    private UnendedConnection(Connection real) {
        this.real = real;
    }

    static Connection of(Connection real) {
        return (Connection) Proxy.newProxyInstance(
                UnendedConnection.class.getClassLoader(),
                new Class<?>[] {Connection.class},
                new UnendedConnection(real));
    }

    @Override
    public @Nullable Object invoke(Object proxy, Method method, @Nullable Object @Nullable [] arguments)
            throws Throwable {
        switch (method.getName()) {
            case "equals":
                return proxy == (arguments == null ? null : arguments[0]);
            case "hashCode":
                return System.identityHashCode(proxy);
            case "getAutoCommit":
                return false;
            case "setAutoCommit", "commit", "close":
                return null;
            case "rollback":
                if (method.getParameterCount() == 0) {
                    return null;
                }
                break;
            default:
                break;
        }
        return Delegated.call(real, method, arguments);
    }
}
