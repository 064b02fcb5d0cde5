package dev.headroom.testkit.internal.postgres;

import dev.headroom.testkit.PostgresCluster;
import dev.headroom.testkit.PostgresNode;
import dev.headroom.testkit.TestDatabase;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/** A server that somebody else runs. */
public final class ExternalPostgres implements PostgresCluster {

    private final ExternalNode node;

    /** Takes a server by its URL. */
    public ExternalPostgres(String jdbcUrl) {
        this.node = new ExternalNode(jdbcUrl);
    }

    @Override
    public PostgresNode primary() {
        return node;
    }

    @Override
    public List<PostgresNode> standbys() {
        return List.of();
    }

    @Override
    public List<PostgresNode> nodes() {
        return List.of(node);
    }

    @Override
    public PostgresNode addStandby() {
        throw node.notOurs("addStandby");
    }

    @Override
    public TestDatabase createDatabase() {
        // others may create theirs on this server at the same time
        String name =
                "test_" + HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong());
        Sql.execute(node.jdbcUrl(), "create database " + name);
        return new TestDatabase(this, name, this::dropDatabase);
    }

    private void dropDatabase(String name) {
        Sql.execute(node.jdbcUrl(), "drop database if exists " + name + " with (force)");
    }

    @Override
    public void waitUntilCaughtUp() {
        // no standbys
    }

    @Override
    public void close() {
        // somebody else's
    }
}
