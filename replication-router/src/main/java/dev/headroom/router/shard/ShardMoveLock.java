package dev.headroom.router.shard;

import java.sql.Connection;
import java.sql.SQLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps other movers of a logical database out, on a connection that does nothing else. Nothing is lost if it breaks: see
 * {@link ShardMover}.
 */
final class ShardMoveLock implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(ShardMoveLock.class);

    private final Connection connection;

    ShardMoveLock(ShardUnits units, Shard shard, int seconds) throws SQLException {
        this.connection = units.open(shard.cluster());
        try {
            ShardTable.lockMove(connection, shard.database(), seconds);
        } catch (SQLException failure) {
            close();
            throw new SQLException(
                    shard.database() + ": could not be locked on " + shard.cluster() + " within " + seconds
                            + " s (expected: nobody else that moves it): " + failure.getMessage(),
                    failure.getSQLState(),
                    failure);
        }
    }

    @Override
    public void close() {
        try (connection) {
            connection.rollback();
        } catch (SQLException failure) {
            log.debug("shards: the lock of a move was lost", failure);
        }
    }
}
