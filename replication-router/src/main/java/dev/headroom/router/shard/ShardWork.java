package dev.headroom.router.shard;

import java.sql.Connection;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * Work on one logical database, in a transaction that belongs to {@link Shards}: it neither commits nor closes.
 *
 * @param <T> what it returns
 */
@FunctionalInterface
public interface ShardWork<T extends @Nullable Object> {
    /** Works. */
    T run(Shard shard, Connection connection) throws SQLException;
}
