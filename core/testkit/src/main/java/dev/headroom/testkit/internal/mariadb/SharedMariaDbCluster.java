package dev.headroom.testkit.internal.mariadb;

import dev.headroom.testkit.MariaDbCluster;
import dev.headroom.testkit.MariaDbNode;
import dev.headroom.testkit.TestDatabase;
import java.util.List;

/**
 * A cluster that none of its users may close.
 *
 * @param cluster the cluster, which closes itself when the JVM ends
 */
public record SharedMariaDbCluster(MariaDbCluster cluster) implements MariaDbCluster {

    @Override
    public MariaDbNode primary() {
        return cluster.primary();
    }

    @Override
    public List<MariaDbNode> standbys() {
        return cluster.standbys();
    }

    @Override
    public List<MariaDbNode> nodes() {
        return cluster.nodes();
    }

    @Override
    public MariaDbNode addStandby() {
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
