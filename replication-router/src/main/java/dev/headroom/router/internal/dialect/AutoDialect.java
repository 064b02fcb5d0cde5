package dev.headroom.router.internal.dialect;

import dev.headroom.router.spi.Position;
import dev.headroom.router.spi.ReplicationDialect;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The dialect of the product that the first connection is to. */
public final class AutoDialect implements ReplicationDialect {
    private volatile @Nullable ReplicationDialect found;

    @Override
    public Answer probe(Asked node, Connection connection) throws SQLException {
        return of(connection).probe(node, connection);
    }

    @Override
    public Commit commit(Connection connection) throws SQLException {
        return of(connection).commit(connection);
    }

    @Override
    public Commit rollback(Connection connection) throws SQLException {
        return of(connection).rollback(connection);
    }

    @Override
    public Optional<Position> capture(Connection connection) throws SQLException {
        return of(connection).capture(connection);
    }

    @Override
    public boolean speaks(Connection connection) throws SQLException {
        ReplicationDialect known = found;
        return known != null && known.speaks(connection);
    }

    @Override
    public void forget(String node) {
        ReplicationDialect known = found;
        if (known != null) {
            known.forget(node);
        }
    }

    @Override
    public String mark() {
        ReplicationDialect known = found;
        return known == null ? "" : known.mark();
    }

    @Override
    public boolean rivals(long timeline, long other) {
        ReplicationDialect known = found;
        return known != null && known.rivals(timeline, other);
    }

    @Override
    public void refuseWrites(Connection connection, boolean refuse) throws SQLException {
        of(connection).refuseWrites(connection, refuse);
    }

    private ReplicationDialect of(Connection connection) throws SQLException {
        ReplicationDialect known = found;
        return known != null ? known : find(connection.getMetaData().getDatabaseProductName());
    }

    private synchronized ReplicationDialect find(String product) throws SQLException {
        ReplicationDialect known = found;
        if (known != null) {
            return known;
        }
        ReplicationDialect dialect =
                switch (product) {
                    case Postgres.PRODUCT -> new Postgres();
                    case MariaDb.PRODUCT -> new MariaDb(MariaDb.ANY_DOMAIN);
                    default ->
                        throw new SQLException(
                                "dialect: auto, on " + product
                                        + " (expected: PostgreSQL or MariaDB; for others Dialects.heartbeat(…))",
                                "0A000");
                };
        found = dialect;
        return dialect;
    }
}
