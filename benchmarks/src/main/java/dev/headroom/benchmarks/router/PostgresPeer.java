package dev.headroom.benchmarks.router;

import com.zaxxer.hikari.HikariDataSource;
import dev.headroom.testkit.PostgresCluster;
import dev.headroom.testkit.PostgresNode;
import java.sql.Connection;
import java.sql.Statement;
import javax.sql.DataSource;

/** A peer on a primary and a standby of its own, with a proxy before each that counts round trips. */
final class PostgresPeer implements AutoCloseable {
    private final PostgresCluster cluster;
    private final RoundTrips toPrimary;
    private final RoundTrips toReplica;
    private final HikariDataSource primary;
    private final HikariDataSource replica;
    private final Peer peer;

    private PostgresPeer(String name, PostgresCluster cluster, boolean counted) throws Exception {
        this.cluster = cluster;
        PostgresNode standby = cluster.standbys().get(0);
        toPrimary = new RoundTrips(cluster.primary());
        toReplica = new RoundTrips(standby);
        String primaryAddress = counted ? toPrimary.address() : address(cluster.primary());
        String replicaAddress = counted ? toReplica.address() : address(standby);
        try (Connection connection = cluster.primary().dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("create table note (id bigint generated always as identity primary key, text text)");
        }
        cluster.waitUntilCaughtUp();
        primary = pool(cluster.primary(), url(cluster.primary(), primaryAddress));
        replica = pool(standby, url(standby, replicaAddress));
        peer = switch (name) {
            case "hikari" -> Peer.hikari(replica);
            case "hikari-primary" -> Peer.hikari(primary);
            case "spring-lazy" -> Peer.spring(primary, replica);
            case "headroom" -> Peer.headroom(primary, cluster.primary().jdbcUrl(), replica, standby.jdbcUrl());
            case "shardingsphere" -> Peer.shardingSphere(primary, replica);
            case "aws" ->
                Peer.aws(
                        primaryAddress,
                        replicaAddress,
                        "postgres",
                        "user=" + standby.username() + "&password=" + standby.password());
            default -> throw new IllegalArgumentException("peer: " + name);
        };
    }

    /** Straight to the servers. */
    static PostgresPeer open(String name) throws Exception {
        return new PostgresPeer(name, PostgresCluster.builder().standbys(1).start(), false);
    }

    /** With everything counted but the router's probes. */
    static PostgresPeer counted(String name) throws Exception {
        return new PostgresPeer(name, PostgresCluster.builder().standbys(1).start(), true);
    }

    private static HikariDataSource pool(PostgresNode node, String url) {
        HikariDataSource pool = new HikariDataSource();
        pool.setJdbcUrl(url);
        pool.setUsername(node.username()); // in the URL already, but ShardingSphere asks the pool
        pool.setPassword(node.password());
        pool.setMaximumPoolSize(4);
        pool.setConnectionTimeout(250);
        pool.setValidationTimeout(250);
        return pool;
    }

    private static String address(PostgresNode node) {
        return node.host() + ":" + node.port();
    }

    private static String url(PostgresNode node, String address) {
        return node.jdbcUrl().replace(address(node), address);
    }

    DataSource dataSource() {
        return peer.dataSource();
    }

    /** Round trips to both servers so far. */
    long trips() {
        return toPrimary.count() + toReplica.count();
    }

    /** Connections to both servers so far. */
    long connections() {
        return toPrimary.connections() + toReplica.connections();
    }

    @Override
    public void close() throws Exception {
        peer.close();
        primary.close();
        replica.close();
        toPrimary.close();
        toReplica.close();
        cluster.close();
    }
}
