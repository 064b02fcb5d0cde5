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
abstract class RoutedSettings implements Routed {
    abstract Binding binding();

    abstract Facts facts();

    abstract void checkOpen() throws SQLException;

    @Override
    public void setReadOnly(boolean readOnly) throws SQLException {
        checkOpen();
        if (binding().inTransaction() && readOnly != binding().readOnly()) {
            throw new SQLException("setReadOnly: in a transaction (expected: before its first statement)", "25001");
        }
        binding().readOnly(readOnly);
    }

    @Override
    public boolean isReadOnly() throws SQLException {
        checkOpen();
        return binding().readOnly();
    }

    @Override
    public void setTransactionIsolation(int level) throws SQLException {
        checkOpen();
        Lease lease = binding().lease();
        if (lease != null) {
            lease.physical().setTransactionIsolation(level);
        }
        binding().set().isolation = level;
    }

    @Override
    public int getTransactionIsolation() throws SQLException {
        checkOpen();
        Integer set = binding().session().isolation;
        return set != null ? set : facts().isolation(binding());
    }

    @Override
    public void setCatalog(String catalog) throws SQLException {
        checkOpen();
        Lease lease = binding().lease();
        if (lease != null) {
            lease.physical().setCatalog(catalog);
        }
        binding().set().catalog = catalog;
    }

    @Override
    public @Nullable String getCatalog() throws SQLException {
        checkOpen();
        String set = binding().session().catalog;
        return set != null ? set : facts().catalog(binding());
    }

    @Override
    public void setSchema(String schema) throws SQLException {
        checkOpen();
        Lease lease = binding().lease();
        if (lease != null) {
            lease.physical().setSchema(schema);
        }
        binding().set().schema = schema;
    }

    @Override
    public @Nullable String getSchema() throws SQLException {
        checkOpen();
        String set = binding().session().schema;
        return set != null ? set : facts().schema(binding());
    }

    @Override
    public void setHoldability(int holdability) throws SQLException {
        checkOpen();
        Lease lease = binding().lease();
        if (lease != null) {
            lease.physical().setHoldability(holdability);
        }
        binding().set().holdability = holdability;
    }

    @Override
    public int getHoldability() throws SQLException {
        checkOpen();
        Integer set = binding().session().holdability;
        return set != null ? set : facts().holdability(binding());
    }

    @Override
    public void setTypeMap(Map<String, Class<?>> map) throws SQLException {
        checkOpen();
        Lease lease = binding().lease();
        if (lease != null) {
            lease.physical().setTypeMap(map);
        }
        binding().set().typeMap = map;
    }

    @Override
    public Map<String, Class<?>> getTypeMap() throws SQLException {
        checkOpen();
        Map<String, Class<?>> set = binding().session().typeMap;
        return set != null ? set : new HashMap<>();
    }

    @Override
    public void setNetworkTimeout(Executor executor, int milliseconds) throws SQLException {
        checkOpen();
        Lease lease = binding().lease();
        if (lease != null) {
            lease.physical().setNetworkTimeout(executor, milliseconds);
        }
        binding().set().networkExecutor = executor;
        binding().set().networkTimeout = milliseconds;
    }

    @Override
    public int getNetworkTimeout() throws SQLException {
        checkOpen();
        Lease lease = binding().lease();
        return lease != null ? lease.physical().getNetworkTimeout() : binding().session().networkTimeout;
    }

    @Override
    public void setClientInfo(String name, String value) throws SQLClientInfoException {
        Lease lease = binding().lease();
        if (lease != null) {
            lease.physical().setClientInfo(name, value);
        }
        binding().set().clientInfo(name, value);
    }

    @Override
    public void setClientInfo(Properties properties) throws SQLClientInfoException {
        Lease lease = binding().lease();
        if (lease != null) {
            lease.physical().setClientInfo(properties);
        }
        binding().set().clientInfo(properties);
    }

    @Override
    public @Nullable String getClientInfo(String name) throws SQLException {
        checkOpen();
        Lease lease = binding().lease();
        return lease != null
                ? lease.physical().getClientInfo(name)
                : binding().session().clientInfo(name);
    }

    @Override
    public Properties getClientInfo() throws SQLException {
        checkOpen();
        Lease lease = binding().lease();
        if (lease != null) {
            return lease.physical().getClientInfo();
        }
        return binding().session().clientInfo();
    }
}
