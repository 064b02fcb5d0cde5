package dev.headroom.spring;

import java.sql.Connection;
import org.springframework.jdbc.datasource.ConnectionHolder;
import org.springframework.jdbc.datasource.ConnectionProxy;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/** The JDBC connections of the thread's transaction. */
final class BoundConnections {
    private BoundConnections() {}

    static boolean include(Connection connection) {
        Connection target = target(connection);
        return TransactionSynchronizationManager.getResourceMap().values().stream()
                .filter(ConnectionHolder.class::isInstance)
                .map(ConnectionHolder.class::cast)
                .anyMatch(holder -> target(holder.getConnection()).equals(target));
    }

    private static Connection target(Connection connection) {
        Connection each = connection;
        while (each instanceof ConnectionProxy proxy) {
            each = proxy.getTargetConnection();
        }
        return each;
    }
}
