package dev.headroom.queue;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;

/** Refuses so many connections, and cuts off so many commits before they reach the database. */
final class CuttingDataSource {
    private CuttingDataSource() {}

    static DataSource of(DataSource target, AtomicInteger refusals, AtomicInteger cuts) {
        return (DataSource) Proxy.newProxyInstance(
                CuttingDataSource.class.getClassLoader(), new Class<?>[] {DataSource.class}, (proxy, method, given) -> {
                    if (!method.getName().equals("getConnection")) {
                        return call(target, method, given);
                    }
                    if (refusals.getAndDecrement() > 0) {
                        throw new SQLTransientConnectionException("pool: no connection in time");
                    }
                    return cut((Connection) call(target, method, given), cuts);
                });
    }

    private static Connection cut(Connection connection, AtomicInteger cuts) {
        return (Connection) Proxy.newProxyInstance(
                CuttingDataSource.class.getClassLoader(), new Class<?>[] {Connection.class}, (proxy, method, given) -> {
                    if (method.getName().equals("equals")) {
                        return proxy == given[0];
                    }
                    if (method.getName().equals("commit") && cuts.getAndDecrement() > 0) {
                        connection.rollback();
                        throw new SQLException("the connection is gone", "08006");
                    }
                    return call(connection, method, given);
                });
    }

    private static Object call(Object target, Method method, Object[] arguments) throws Throwable {
        try {
            return method.invoke(target, arguments);
        } catch (InvocationTargetException thrown) {
            throw thrown.getCause();
        }
    }
}
