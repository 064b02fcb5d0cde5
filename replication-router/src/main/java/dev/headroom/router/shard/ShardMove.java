package dev.headroom.router.shard;

import java.sql.Connection;
import java.sql.SQLException;

/**
 * How the rows of a logical database get from one cluster to another. {@link TableMove} does it for tables that name the logical database in
 * a column. Every step may be run again after a failure and must not mind what an earlier run has left: the target may have rows of a move that
 * has broken off, or of an earlier stay. The transactions are those of {@link Shards}: a step neither commits nor rolls back.
 */
public interface ShardMove {
    /** Copies what it can while writers go on; what changes meanwhile is {@link #copy}'s. Default: nothing. */
    default void prepare(Shard shard, Connection from, Connection to) throws SQLException {}

    /**
     * Makes the target equal to the source, which nobody writes to now. Both connections are in transactions, which belong to
     * {@link Shards}; throws if the two turn out to differ.
     */
    void copy(Shard shard, Connection from, Connection to) throws SQLException;

    /** Removes the rows from the source, once they belong to the target. Default: they stay. */
    default void clean(Shard shard, Connection from) throws SQLException {}
}
