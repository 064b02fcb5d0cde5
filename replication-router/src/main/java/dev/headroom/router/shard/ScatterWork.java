package dev.headroom.router.shard;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A read of many logical databases that lie on one cluster, in one transaction, which is a snapshot and belongs to {@link Shards}.
 *
 * @param <T> what it returns
 */
@FunctionalInterface
public interface ScatterWork<T extends @Nullable Object> {
    /**
     * Reads these logical databases and no others: rows of one that was moved may still lie there.
     *
     * @param cluster the cluster
     * @param shards what of it to read, at least one
     */
    T run(String cluster, List<Shard> shards, Connection connection) throws SQLException;
}
