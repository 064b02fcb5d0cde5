package dev.headroom.router.internal;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * What is the same on every connection and never changes: product, version, features, defaults. Each is asked for once, on a connection
 * that is borrowed for it and given back, so that asking fixes no route.
 */
final class Facts {
    private final Cluster cluster;
    private final Map<Object, Optional<Object>> known = new ConcurrentHashMap<>();

    Facts(Cluster cluster) {
        this.cluster = cluster;
    }

    int isolation() throws SQLException {
        return (int) ask("isolation", Connection::getTransactionIsolation).orElseThrow();
    }

    int holdability() throws SQLException {
        return (int) ask("holdability", Connection::getHoldability).orElseThrow();
    }

    @Nullable String catalog() throws SQLException {
        return (String) ask("catalog", Connection::getCatalog).orElse(null);
    }

    @Nullable String schema() throws SQLException {
        return (String) ask("schema", Connection::getSchema).orElse(null);
    }

    boolean wraps(Class<?> type) throws SQLException {
        return (boolean) ask(type, connection -> connection.isWrapperFor(type)).orElseThrow();
    }

    /** The answer of a method of {@link DatabaseMetaData} that takes no argument and gives no rows. */
    @Nullable Object metaData(Method method) throws SQLException {
        return ask(method, connection -> invoke(method, connection.getMetaData()))
                .orElse(null);
    }

    /** A question to any connection. */
    private interface Question {
        @Nullable Object ask(Connection connection) throws SQLException;
    }

    private Optional<Object> ask(Object key, Question question) throws SQLException {
        Optional<Object> answer = known.get(key);
        if (answer == null) {
            try (Connection connection = borrow()) {
                answer = Optional.ofNullable(question.ask(connection));
            }
            known.put(key, answer);
        }
        return answer;
    }

    private Connection borrow() throws SQLException {
        List<Node> order = new ArrayList<>(cluster.nodes());
        order.sort((a, b) -> Boolean.compare(cluster.up(b), cluster.up(a)));
        SQLException first = null;
        for (Node node : order) {
            try {
                return node.spec().dataSource().getConnection();
            } catch (SQLException failure) {
                if (first != null) {
                    failure.addSuppressed(first);
                }
                first = failure;
            }
        }
        throw first == null ? new SQLException("no node", "08001") : first;
    }

    private static @Nullable Object invoke(Method method, DatabaseMetaData metaData) throws SQLException {
        try {
            return method.invoke(metaData);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof SQLException failure) {
                throw failure;
            }
            throw new SQLException(method.getName() + " failed", e.getCause());
        } catch (IllegalAccessException e) {
            throw new SQLException(method.getName() + " can't be called", e);
        }
    }
}
