package dev.headroom.queue;

import dev.headroom.queue.internal.sql.Delegated;
import java.lang.reflect.Proxy;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;

/** Refuses so many connections, and cuts off so many commits before they reach the database. */
final class CuttingDataSource {
    private CuttingDataSource() {}

    static DataSource of(DataSource target, AtomicInteger refusals, AtomicInteger cuts) {
        DataSource cutting = Proxied.commits(target, connection -> {
            if (cuts.getAndDecrement() > 0) {
                connection.rollback();
                throw new SQLException("the connection is gone", "08006");
            }
            connection.commit();
        });
        return (DataSource) Proxy.newProxyInstance(
                CuttingDataSource.class.getClassLoader(), new Class<?>[] {DataSource.class}, (proxy, method, given) -> {
                    if (method.getName().equals("getConnection") && refusals.getAndDecrement() > 0) {
                        throw new SQLTransientConnectionException("pool: no connection in time");
                    }
                    return Delegated.call(cutting, method, given);
                });
    }
}
