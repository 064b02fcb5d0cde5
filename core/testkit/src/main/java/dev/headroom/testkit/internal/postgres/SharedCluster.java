package dev.headroom.testkit.internal.postgres;

import dev.headroom.testkit.PostgresCluster;
import dev.headroom.testkit.PostgresNode;
import dev.headroom.testkit.TestDatabase;
import java.util.List;

/**
 * A cluster that none of its users may close.
 *
 * @param cluster the cluster, which closes itself when the JVM ends
 */
public record SharedCluster(PostgresCluster cluster) implements PostgresCluster {

    @Override
    public PostgresNode primary() {
        return cluster.primary();
    }

    @Override
    public List<PostgresNode> standbys() {
        return cluster.standbys();
    }

    @Override
    public List<PostgresNode> nodes() {
        return cluster.nodes();
    }

    @Override
    public PostgresNode addStandby() {
        return cluster.addStandby();
    }

    @Override
    public TestDatabase createDatabase() {
        return cluster.createDatabase();
    }

    @Override
    public void waitUntilCaughtUp() {
        cluster.waitUntilCaughtUp();
    }

    @Override
    public void close() {
        // at the end of the JVM
    }
}
