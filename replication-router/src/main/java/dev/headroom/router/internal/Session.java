package dev.headroom.router.internal;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** What was set on a routed connection; played back on every connection that it is bound to. */
final class Session {
    boolean autoCommit;
    boolean readOnly;

    @Nullable Integer isolation;

    @Nullable String catalog;

    @Nullable String schema;

    @Nullable Integer holdability;

    @Nullable Map<String, Class<?>> typeMap;

    @Nullable Executor networkExecutor;

    int networkTimeout;
    final Properties clientInfo = new Properties();

    Session(boolean autoCommit) {
        this.autoCommit = autoCommit;
    }

    void clientInfo(String name, @Nullable String value) {
        if (value == null) {
            clientInfo.remove(name);
        } else {
            clientInfo.setProperty(name, value);
        }
    }

    /** Whether transactions shall be serializable, which no standby can do. */
    boolean serializable() {
        return isolation != null && isolation == Connection.TRANSACTION_SERIALIZABLE;
    }

    /** Sets all that was set; auto-commit and read-only are the lease's business. */
    void replay(Connection physical) throws SQLException {
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
        if (!clientInfo.isEmpty()) {
            physical.setClientInfo(clientInfo);
        }
    }
}
