package dev.headroom.router.internal;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * What was set on a routed connection, besides its mode of commit and whether it is read-only; played back on every connection that it is bound
 * to. Few connections have anything set.
 */
final class Session {
    /** Nothing; not to be changed. */
    static final Session NOTHING = new Session();

    @Nullable Integer isolation;

    @Nullable String catalog;

    @Nullable String schema;

    @Nullable Integer holdability;

    @Nullable Map<String, Class<?>> typeMap;

    @Nullable Executor networkExecutor;

    int networkTimeout;
    private @Nullable Properties clientInfo;

    void clientInfo(String name, @Nullable String value) {
        if (clientInfo == null) {
            clientInfo = new Properties();
        }
        if (value == null) {
            clientInfo.remove(name);
        } else {
            clientInfo.setProperty(name, value);
        }
    }

    void clientInfo(Properties only) {
        clientInfo = new Properties();
        only.stringPropertyNames().forEach(name -> clientInfo(name, only.getProperty(name)));
    }

    /** A copy. */
    Properties clientInfo() {
        Properties copy = new Properties();
        if (clientInfo != null) {
            copy.putAll(clientInfo);
        }
        return copy;
    }

    @Nullable String clientInfo(String name) {
        return clientInfo == null ? null : clientInfo.getProperty(name);
    }

    /** Whether transactions shall be serializable, which no standby can do. */
    boolean serializable() {
        return isolation != null && isolation == Connection.TRANSACTION_SERIALIZABLE;
    }

    /** Sets all that was set. */
    void replay(Connection physical) throws SQLException {
        if (this == NOTHING) {
            return;
        }
        if (isolation != null) {
            physical.setTransactionIsolation(isolation);
        }
        if (catalog != null) {
            physical.setCatalog(catalog);
        }
        if (schema != null) {
            physical.setSchema(schema);
        }
        if (holdability != null) {
            physical.setHoldability(holdability);
        }
        if (typeMap != null) {
            physical.setTypeMap(typeMap);
        }
        if (networkExecutor != null) {
            physical.setNetworkTimeout(networkExecutor, networkTimeout);
        }
        if (clientInfo != null && !clientInfo.isEmpty()) {
            physical.setClientInfo(clientInfo);
        }
    }
}
