package dev.headroom.router;

import dev.headroom.router.spi.Position;
import dev.headroom.router.spi.ReplicationDialect;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A database whose roles are as the test says; every change of them is a new timeline. */
final class ToldRoles implements ReplicationDialect {
    private record Reign(String primary, long timeline) {}

    private volatile Reign now = new Reign("", 0);
    private volatile @Nullable Error failure;

    void primary(String name) {
        now = new Reign(name, now.timeline() + 1);
    }

    /** Every probe fails with this from now on; null for none. */
    void fail(@Nullable Error with) {
        failure = with;
    }

    @Override
    public Answer probe(Asked node, Connection connection) {
        Error broken = failure;
        if (broken != null) {
            throw broken;
        }
        Reign told = now; // both at once, or the former primary has the new timeline for a moment, and keeps its place
        NodeRole role = node.name().equals(told.primary()) ? NodeRole.PRIMARY : NodeRole.REPLICA;
        return new Answer(role, new Position(told.timeline(), 1));
    }

    @Override
    public Commit commit(Connection connection) throws SQLException {
        connection.commit();
        return Commit.UNTOLD;
    }

    @Override
    public Optional<Position> capture(Connection connection) {
        return Optional.empty();
    }

    @Override
    public boolean speaks(Connection connection) {
        return true;
    }
}
