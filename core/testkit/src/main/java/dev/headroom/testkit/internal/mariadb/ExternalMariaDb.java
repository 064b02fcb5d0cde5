package dev.headroom.testkit.internal.mariadb;

import dev.headroom.testkit.MariaDbCluster;
import dev.headroom.testkit.MariaDbNode;
import dev.headroom.testkit.TestDatabase;
import dev.headroom.testkit.internal.ExternalDatabaseNode;
import dev.headroom.testkit.internal.JdbcUrl;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import javax.sql.DataSource;

/** A MariaDB server that somebody else runs. */
public final class ExternalMariaDb implements MariaDbCluster {

    private static final int DEFAULT_PORT = 3306;

    private final Node node;

    /** Takes a server by its URL. */
    public ExternalMariaDb(String jdbcUrl) {
        MariaDbSql.requireDriver(ExternalMariaDb.class.getClassLoader());
        this.node = new Node(JdbcUrl.parse(jdbcUrl, "mariadb", DEFAULT_PORT));
    }

    @Override
    public MariaDbNode primary() {
        return node;
    }

    @Override
    public List<MariaDbNode> standbys() {
        return List.of();
    }

    @Override
    public List<MariaDbNode> nodes() {
        return List.of(node);
    }

    @Override
    public MariaDbNode addStandby() {
        throw node.notOurs("addStandby");
    }

    @Override
    public TestDatabase createDatabase() {
        // others may create theirs on this server at the same time
        String name =
                "test_" + HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong());
        execute("create database " + name);
        return new TestDatabase(this, name, dropped -> execute("drop database if exists " + dropped));
    }

    @Override
    public void waitUntilCaughtUp() {
        // no replicas
    }

    @Override
    public void close() {
        // somebody else's
    }

    private void execute(String sql) {
        String url = node.jdbcUrl();
        MariaDbSql.execute(url.contains("?") ? url : url + "?", sql);
    }

    private static final class Node extends ExternalDatabaseNode implements MariaDbNode {

        Node(JdbcUrl url) {
            super(url);
        }

        @Override
        public void promote() {
            throw notOurs("promote");
        }

        @Override
        public DataSource dataSource() {
            return MariaDbSql.dataSource(jdbcUrl());
        }

        @Override
        public DataSource dataSource(String database) {
            return MariaDbSql.dataSource(jdbcUrl(database));
        }
    }
}
