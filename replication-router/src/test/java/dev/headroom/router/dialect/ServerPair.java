package dev.headroom.router.dialect;

import dev.headroom.router.Dialects;
import dev.headroom.router.spi.ReplicationDialect;
import dev.headroom.testkit.DatabaseCluster;
import dev.headroom.testkit.DatabaseNode;
import dev.headroom.testkit.TestDatabase;
import java.util.function.Consumer;

/** A cluster of the test kit's. */
final class ServerPair<N extends DatabaseNode> implements Pair {
    private final DatabaseCluster cluster;
    private final TestDatabase database;
    private final DatabaseNode first;
    private final N second;
    private final Consumer<N> promotion;

    ServerPair(DatabaseCluster cluster, N second, Consumer<N> promotion) {
        this.cluster = cluster;
        this.database = cluster.createDatabase();
        this.first = cluster.primary();
        this.second = second;
        this.promotion = promotion;
    }

    @Override
    public String url(String node) {
        return database.jdbcUrl(node.equals("p") ? first : second);
    }

    DatabaseCluster cluster() {
        return cluster;
    }

    String url(DatabaseNode node) {
        return database.jdbcUrl(node);
    }

    @Override
    public ReplicationDialect dialect() {
        return Dialects.auto();
    }

    @Override
    public void pauseReplay() {
        second.pauseReplay();
    }

    @Override
    public void resumeReplay() {
        second.resumeReplay();
    }

    @Override
    public void waitUntilCaughtUp() {
        second.waitUntilCaughtUp();
    }

    @Override
    public void killReplica() {
        second.kill();
    }

    @Override
    public void restartReplica() {
        second.restart();
        second.waitUntilCaughtUp();
    }

    @Override
    public void killPrimary() {
        first.kill();
    }

    @Override
    public void promoteReplica() {
        promotion.accept(second);
    }

    @Override
    public void restartOldPrimary() {
        first.restart();
    }

    @Override
    public void close() {
        cluster.close();
    }
}
