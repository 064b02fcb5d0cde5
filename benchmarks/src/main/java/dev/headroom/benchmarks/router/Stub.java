package dev.headroom.benchmarks.router;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import org.jspecify.annotations.Nullable;

/** A driver that does nothing, so that what remains is what lies above it. Its objects are made once and used for ever. */
final class Stub {
    private static final ClassLoader LOADER = Stub.class.getClassLoader();
    private static final long LEAST_MILLIS = 250;

    private Stub() {}

    /** A pool of such connections, with HikariCP's own time-outs. */
    static HikariDataSource pool(String host) {
        return new HikariDataSource(config(host));
    }

    /** The same, as impatient as HikariCP lets it be. */
    static HikariDataSource impatientPool(String host) {
        HikariConfig config = config(host);
        config.setConnectionTimeout(LEAST_MILLIS);
        config.setValidationTimeout(LEAST_MILLIS);
        return new HikariDataSource(config);
    }

    private static HikariConfig config(String host) {
        HikariConfig config = new HikariConfig();
        config.setDriverClassName(StubDriver.class.getName());
        config.setJdbcUrl(url(host));
        config.setUsername("nobody"); // some peers ask for it
        config.setPassword("nothing");
        config.setMaximumPoolSize(4);
        return config;
    }

    static String url(String host) {
        return StubDriver.URL + host + "/main";
    }

    /** A connection, whose statements find no rows. */
    static Connection connection() {
        ResultSet rows = rows();
        PreparedStatement statement =
                proxy(PreparedStatement.class, (self, method, arguments) -> switch (method.getName()) {
                    case "executeQuery", "getResultSet" -> rows;
                    default -> plain(method.getReturnType());
                });
        DatabaseMetaData facts = proxy(DatabaseMetaData.class, (self, method, arguments) -> switch (method.getName()) {
            case "getURL" -> url("any");
            case "getDatabaseProductName", "getDriverName" -> "PostgreSQL";
            default -> method.getReturnType() == ResultSet.class ? rows : plain(method.getReturnType());
        });
        boolean[] modes = {true, false};
        return proxy(Connection.class, (self, method, arguments) -> switch (method.getName()) {
            case "prepareStatement", "createStatement" -> statement;
            case "getAutoCommit" -> modes[0];
            case "setAutoCommit" -> set(modes, 0, arguments);
            case "isReadOnly" -> modes[1];
            case "setReadOnly" -> set(modes, 1, arguments);
            case "isValid" -> true;
            case "getMetaData" -> facts;
            case "getTransactionIsolation" -> Connection.TRANSACTION_READ_COMMITTED;
            default -> plain(method.getReturnType());
        });
    }

    private static ResultSet rows() {
        ResultSetMetaData columns =
                proxy(ResultSetMetaData.class, (self, method, arguments) -> switch (method.getName()) {
                    case "getColumnCount" -> 1;
                    case "getColumnLabel", "getColumnName" -> "one";
                    default -> plain(method.getReturnType());
                });
        return proxy(
                ResultSet.class,
                (self, method, arguments) ->
                        method.getName().equals("getMetaData") ? columns : plain(method.getReturnType()));
    }

    private static @Nullable Object set(boolean[] modes, int mode, Object[] arguments) {
        modes[mode] = (Boolean) arguments[0];
        return null;
    }

    private static @Nullable Object plain(Class<?> type) {
        if (type == boolean.class) {
            return false;
        }
        if (type == int.class) {
            return 0;
        }
        return type == long.class ? 0L : null;
    }

    private static <T> T proxy(Class<T> type, InvocationHandler handler) {
        return type.cast(Proxy.newProxyInstance(LOADER, new Class<?>[] {type}, handler));
    }
}
