package dev.headroom.router.internal;

import dev.headroom.router.Routed;
import java.sql.SQLClientInfoException;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * What can be set on a routed connection: recorded, played back on the node's connection when there is one, and set at once where there is one
 * already. What is asked before is answered from what was recorded or from {@link Facts}.
 */
abstract class RoutedSettings extends Binding implements Routed {
    RoutedSettings(Router router) {
        super(router);
    }

    private Facts facts() {
        return router().facts();
    }

    @Override
    public void setReadOnly(boolean readOnly) throws SQLException {
        checkOpen();
        if (inTransaction() && readOnly != readOnly()) {
            throw new SQLException("setReadOnly: in a transaction (expected: before its first statement)", "25001");
        }
        readOnly(readOnly);
    }

    @Override
    public boolean isReadOnly() throws SQLException {
        checkOpen();
        return readOnly();
    }

    @Override
    public void setTransactionIsolation(int level) throws SQLException {
        checkOpen();
        Lease lease = lease();
        if (lease != null) {
            lease.physical().setTransactionIsolation(level);
        }
        set().isolation = level;
    }

    @Override
    public int getTransactionIsolation() throws SQLException {
        checkOpen();
        Integer set = session().isolation;
        return set != null ? set : facts().isolation(this);
    }

    @Override
    public void setCatalog(String catalog) throws SQLException {
        checkOpen();
        Lease lease = lease();
        if (lease != null) {
            lease.physical().setCatalog(catalog);
        }
        set().catalog = catalog;
    }

    @Override
    public @Nullable String getCatalog() throws SQLException {
        checkOpen();
        String set = session().catalog;
        return set != null ? set : facts().catalog(this);
    }

    @Override
    public void setSchema(String schema) throws SQLException {
        checkOpen();
        Lease lease = lease();
        if (lease != null) {
            lease.physical().setSchema(schema);
        }
        set().schema = schema;
    }

    @Override
    public @Nullable String getSchema() throws SQLException {
        checkOpen();
        String set = session().schema;
        return set != null ? set : facts().schema(this);
    }

    @Override
    public void setHoldability(int holdability) throws SQLException {
        checkOpen();
        Lease lease = lease();
        if (lease != null) {
            lease.physical().setHoldability(holdability);
        }
        set().holdability = holdability;
    }

    @Override
    public int getHoldability() throws SQLException {
        checkOpen();
        Integer set = session().holdability;
        return set != null ? set : facts().holdability(this);
    }

    @Override
    public void setTypeMap(Map<String, Class<?>> map) throws SQLException {
        checkOpen();
        Lease lease = lease();
        if (lease != null) {
            lease.physical().setTypeMap(map);
        }
        set().typeMap = map;
    }

    @Override
    public Map<String, Class<?>> getTypeMap() throws SQLException {
        checkOpen();
        Map<String, Class<?>> set = session().typeMap;
        return set != null ? set : new HashMap<>();
    }

    @Override
    public void setNetworkTimeout(Executor executor, int milliseconds) throws SQLException {
        checkOpen();
        Lease lease = lease();
        if (lease != null) {
            lease.physical().setNetworkTimeout(executor, milliseconds);
        }
        set().networkExecutor = executor;
        set().networkTimeout = milliseconds;
    }

    @Override
    public int getNetworkTimeout() throws SQLException {
        checkOpen();
        Lease lease = lease();
        return lease != null ? lease.physical().getNetworkTimeout() : session().networkTimeout;
    }

    @Override
    public void setClientInfo(String name, String value) throws SQLClientInfoException {
        Lease lease = lease();
        if (lease != null) {
            lease.physical().setClientInfo(name, value);
        }
        set().clientInfo(name, value);
    }

    @Override
    public void setClientInfo(Properties properties) throws SQLClientInfoException {
        Lease lease = lease();
        if (lease != null) {
            lease.physical().setClientInfo(properties);
        }
        set().clientInfo(properties);
    }

    @Override
    public @Nullable String getClientInfo(String name) throws SQLException {
        checkOpen();
        Lease lease = lease();
        return lease != null ? lease.physical().getClientInfo(name) : session().clientInfo(name);
    }

    @Override
    public Properties getClientInfo() throws SQLException {
        checkOpen();
        Lease lease = lease();
        if (lease != null) {
            return lease.physical().getClientInfo();
        }
        return session().clientInfo();
    }
}
