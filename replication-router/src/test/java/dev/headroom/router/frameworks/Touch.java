package dev.headroom.router.frameworks;

import java.sql.Connection;
import java.sql.SQLException;

/** What is asked of, or done to, a connection before its first statement. */
public enum Touch {
    GET_META_DATA(connection -> connection.getMetaData().getDatabaseProductName()),
    GET_URL(connection -> connection.getMetaData().getURL()),
    SUPPORTS_BATCH_UPDATES(connection -> connection.getMetaData().supportsBatchUpdates()),
    IS_VALID(connection -> connection.isValid(1)),
    GET_AUTO_COMMIT(Connection::getAutoCommit),
    GET_CATALOG(Connection::getCatalog),
    GET_SCHEMA(Connection::getSchema),
    GET_TRANSACTION_ISOLATION(Connection::getTransactionIsolation),
    SET_TRANSACTION_ISOLATION(connection -> connection.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED)),
    GET_NETWORK_TIMEOUT(Connection::getNetworkTimeout),
    CLEAR_WARNINGS(Connection::clearWarnings),
    CREATE_STATEMENT(connection -> connection.createStatement().close());

    private final Call call;

    Touch(Call call) {
        this.call = call;
    }

    /** A call. */
    interface Call {
        /** Does it. */
        void on(Connection connection) throws SQLException;
    }

    /** Does it. */
    void on(Connection connection) throws SQLException {
        call.on(connection);
    }
}
