package dev.headroom.router.shard;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The connections that a part of a scatter read is done on, those of reads within it included, which somebody else may break off. */
final class PartConnections {
    private static final Logger log = LoggerFactory.getLogger(PartConnections.class);

    private final @Nullable PartConnections outer;
    private final Set<Connection> taken = ConcurrentHashMap.newKeySet();
    private volatile boolean over;

    /** @param outer those of the part that this one is within, if it is within one */
    PartConnections(@Nullable PartConnections outer) {
        this.outer = outer;
    }

    /**
     * The part is done on this one from now on.
     *
     * @throws SQLTimeoutException if the read was given up before
     */
    void use(Connection connection) throws SQLException {
        for (PartConnections each = this; each != null; each = each.outer) {
            each.taken.add(connection);
            if (each.over) { // asked after it is known: whoever breaks off sees it, or this sees that
                throw new SQLTimeoutException("scatter: the read was given up before this part of it began");
            }
        }
    }

    /** The part has ended. */
    void ended() {
        for (PartConnections each = outer; each != null; each = each.outer) {
            each.taken.removeAll(taken);
        }
        taken.clear();
    }

    /** What hangs there must end, and what has not begun must not begin; that is nothing to wait for. */
    void breakOff(Executor executor) {
        over = true;
        for (Connection connection : taken) {
            executor.execute(() -> {
                try {
                    connection.abort(executor);
                } catch (SQLException e) {
                    log.debug("shards: could not abort {}", connection, e);
                }
            });
        }
    }
}
