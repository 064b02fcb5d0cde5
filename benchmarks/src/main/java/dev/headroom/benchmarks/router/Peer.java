package dev.headroom.benchmarks.router;

import com.zaxxer.hikari.HikariDataSource;
import dev.headroom.router.NodeSpec;
import dev.headroom.router.ReplicaRouter;
import dev.headroom.router.hikari.HikariNodes;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.Driver;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import javax.sql.DataSource;
import org.apache.shardingsphere.driver.api.yaml.YamlShardingSphereDataSourceFactory;
import org.springframework.jdbc.datasource.LazyConnectionDataSourceProxy;

/** Ways to send reads to a replica and writes to a primary. */
final class Peer implements AutoCloseable {
    private static final String SHARDING_SPHERE = """
            databaseName: main
            rules:
            - !READWRITE_SPLITTING
              dataSources:
                main:
                  writeDataSourceName: p
                  readDataSourceNames: [r1]
                  transactionalReadQueryStrategy: FIXED
                  loadBalancerName: first
              loadBalancers:
                first:
                  type: ROUND_ROBIN
            - !SINGLE
              tables: ["*.*"]
            """;

    private final DataSource dataSource;
    private final AutoCloseable close;

    private Peer(DataSource dataSource, AutoCloseable close) {
        this.dataSource = dataSource;
        this.close = close;
    }

    DataSource dataSource() {
        return dataSource;
    }

    /** The replica's pool itself. */
    static Peer hikari(HikariDataSource replica) {
        return new Peer(replica, () -> {});
    }

    /** Spring's proxy, told of a pool for reads. */
    static Peer spring(HikariDataSource primary, HikariDataSource replica) {
        LazyConnectionDataSourceProxy proxy = new LazyConnectionDataSourceProxy();
        proxy.setTargetDataSource(primary);
        proxy.setReadOnlyDataSource(replica);
        proxy.setDefaultAutoCommit(true);
        proxy.setDefaultTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
        return new Peer(proxy, () -> {});
    }

    /** The router; its probes have connections of their own to real servers. */
    static Peer headroom(HikariDataSource primary, String primaryUrl, HikariDataSource replica, String replicaUrl) {
        ReplicaRouter router = router(primary, primaryUrl, replica, replicaUrl);
        return new Peer(router.dataSource(), router);
    }

    /** The router of which that is made. Nothing is diverted because the machine is busy. */
    static ReplicaRouter router(
            HikariDataSource primary, String primaryUrl, HikariDataSource replica, String replicaUrl) {
        return ReplicaRouter.builder("main")
                .primary(node("p", primary, primaryUrl))
                .replica(node("r1", replica, replicaUrl))
                .probeTimeout(Duration.ofSeconds(2))
                .staleness(Duration.ofSeconds(10), Duration.ofSeconds(30))
                .build();
    }

    private static NodeSpec node(String name, HikariDataSource pool, String url) {
        return HikariNodes.node(name, pool).probe(url, null, null);
    }

    /** ShardingSphere's splitting by statement, with read-only transactions on the replica. */
    static Peer shardingSphere(HikariDataSource primary, HikariDataSource replica) throws Exception {
        DataSource sharding = YamlShardingSphereDataSourceFactory.createDataSource(
                Map.of("p", primary, "r1", replica), SHARDING_SPHERE.getBytes(StandardCharsets.UTF_8));
        return new Peer(sharding, (AutoCloseable) sharding);
    }

    /** The wrapper's simple splitting, within the pool, as its documentation shows for Spring. */
    static Peer aws(String primary, String replica, String database, String credentials) throws SQLException {
        HikariDataSource pool = new HikariDataSource();
        pool.setDriverClassName("software.amazon.jdbc.Driver");
        pool.setJdbcUrl("jdbc:aws-wrapper:postgresql://" + primary + "/" + database + "?" + credentials
                + "&wrapperPlugins=srw&wrapperDialect=pg&srwWriteEndpoint=" + primary + "&srwReadEndpoint=" + replica);
        pool.setMaximumPoolSize(4);
        pool.getConnection().close();
        return new Peer(pool, pool);
    }

    /** The same over a driver that does nothing, in place of PostgreSQL's. */
    static Peer awsOverStub() throws SQLException {
        for (Driver driver : DriverManager.drivers().toList()) {
            if (driver instanceof org.postgresql.Driver) {
                DriverManager.deregisterDriver(driver); // it takes all URLs that begin like its own
            }
        }
        DriverManager.registerDriver(new StubDriver());
        return aws("stub-p:5432", "stub-r1:5432", "main", "user=nobody&password=nothing&verifyNewSrwConnections=false");
    }

    @Override
    public void close() throws Exception {
        close.close();
    }
}
