package dev.headroom.router.internal;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is the same on every connection and never changes: product, version, features, defaults. Each is asked for once: of the connection that
 * the asker has already, or else of one that is borrowed for it and given back, so that asking fixes no route. What can be set is not the same for
 * him who has executed statements: they may have set something, for their transaction only perhaps. His own connection tells him, and him alone.
 */
final class Facts {
    private static final Logger log = LoggerFactory.getLogger(Facts.class);

    private final Cluster cluster;
    private final Acquirer acquirer;
    private final long borrowNanos;
    private final Map<Object, Optional<Object>> known = new ConcurrentHashMap<>();

    Facts(Cluster cluster, Acquirer acquirer) {
        this.cluster = cluster;
        this.acquirer = acquirer;
        Duration forReads = cluster.options().reading().maxWait();
        Duration forWrites = cluster.options().writing().failoverWait();
        this.borrowNanos = (forReads.compareTo(forWrites) > 0 ? forReads : forWrites).toNanos();
    }

    int isolation(Binding asker) throws SQLException {
        return (int) askOfSetting(asker, "isolation", Connection::getTransactionIsolation)
                .orElseThrow();
    }

    int holdability(Binding asker) throws SQLException {
        return (int)
                askOfSetting(asker, "holdability", Connection::getHoldability).orElseThrow();
    }

    @Nullable String catalog(Binding asker) throws SQLException {
        return (String) askOfSetting(asker, "catalog", Connection::getCatalog).orElse(null);
    }

    @Nullable String schema(Binding asker) throws SQLException {
        return (String) askOfSetting(asker, "schema", Connection::getSchema).orElse(null);
    }

    boolean wraps(Binding asker, Class<?> type) throws SQLException {
        return (boolean) ask(asker.own(), !asker.sessionChanged(), type, connection -> connection.isWrapperFor(type))
                .orElseThrow();
    }

    /** The answer of a method of {@link DatabaseMetaData} that takes no argument and gives no rows. */
    @Nullable Object metaData(Binding asker, Method method) throws SQLException {
        return ask(asker.own(), !asker.sessionChanged(), method, connection -> invoke(method, connection.getMetaData()))
                .orElse(null);
    }

    /** A question to any connection. */
    private interface Question {
        @Nullable Object ask(Connection connection) throws SQLException;
    }

    /** Asks for what can be set: the connection on which something may have been, or else one on which nothing was that we know of. */
    private Optional<Object> askOfSetting(Binding asker, Object key, Question question) throws SQLException {
        Lease used = asker.used();
        if (used == null) {
            return ask(asker.session() == Session.NOTHING ? asker.own() : null, true, key, question);
        }
        try {
            Optional<Object> answer = Optional.ofNullable(question.ask(used.physical()));
            asker.asked(used);
            return answer;
        } catch (SQLException failure) {
            throw asker.failed(used, failure);
        }
    }

    /** @param common whether what the own connection answers holds for all */
    private Optional<Object> ask(@Nullable Connection own, boolean common, Object key, Question question)
            throws SQLException {
        Optional<Object> before = known.get(key);
        if (before != null) {
            return before;
        }
        if (own != null) {
            try {
                Optional<Object> answer = Optional.ofNullable(question.ask(own));
                if (common) {
                    known.put(key, answer);
                }
                return answer;
            } catch (SQLException e) {
                log.debug(
                        "router: not answered by the connection at hand",
                        e); // a transaction that has failed answers nothing
            }
        }
        try (Connection connection = borrow()) {
            Optional<Object> answer = Optional.ofNullable(question.ask(connection));
            known.put(key, answer);
            return answer;
        }
    }

    private Connection borrow() throws SQLException {
        List<Node> order = new ArrayList<>(cluster.nodes());
        order.sort((a, b) -> Boolean.compare(cluster.up(b), cluster.up(a)));
        SQLException first = null;
        for (Node node : order) {
            try {
                return borrow(node);
            } catch (SQLException failure) {
                if (first != null) {
                    failure.addSuppressed(first);
                }
                first = failure;
            }
        }
        throw first == null ? new SQLException("no node", "08001") : first;
    }

    /** Applications ask when they start, and a pool that has yet to connect takes its time: as long as a unit waits that may write. */
    private Connection borrow(Node node) throws SQLException {
        return cluster.replicated()
                ? acquirer.within(node, borrowNanos, cluster.now())
                : node.spec().dataSource().getConnection();
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
