package dev.headroom.router;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import dev.headroom.RequestContext;
import dev.headroom.consistency.ConsistencyToken;
import dev.headroom.router.hikari.HikariNodes;
import dev.headroom.router.shard.ShardMap;
import dev.headroom.router.shard.Shards;
import dev.headroom.testkit.PostgresNode;
import dev.headroom.testkit.SharedPostgres;
import dev.headroom.testkit.TcpProxy;
import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** Transactions counted on the wire, with and without the router. */
class RoundTripsTest {
    private static final int TIMES = 30;

    @AutoClose
    private final Rig rig = new Rig(SharedPostgres.withStandbys(1), 1, Rig::patient);

    private HikariDataSource pool(PostgresNode node, TcpProxy proxy) {
        HikariDataSource pool = new HikariDataSource();
        pool.setJdbcUrl(rig.database.jdbcUrl(node).replace(Rig.address(node), "127.0.0.1:" + proxy.port()));
        pool.setMaximumPoolSize(1);
        pool.setKeepaliveTime(0);
        return pool;
    }

    private NodeSpec node(String name, HikariDataSource pool, PostgresNode node) {
        return HikariNodes.node(name, pool).probe(rig.database.jdbcUrl(node), null, null);
    }

    private interface Work {
        void run(Connection connection) throws SQLException;
    }

    private static void transaction(DataSource source, boolean readOnly, Work work) throws SQLException {
        try (Connection connection = source.getConnection()) {
            connection.setReadOnly(readOnly);
            connection.setAutoCommit(false);
            work.run(connection);
            connection.commit();
            connection.setAutoCommit(true);
        }
    }

    /** Round trips of so many transactions on a connection that is warm. */
    private static long counted(TcpProxy proxy, DataSource source, boolean readOnly, Work work) throws SQLException {
        for (int i = 0; i < TIMES; i++) {
            transaction(source, readOnly, work);
        }
        long before = proxy.roundTrips();
        for (int i = 0; i < TIMES; i++) {
            transaction(source, readOnly, work);
        }
        return proxy.roundTrips() - before;
    }

    @Test
    void positionCostsNeitherAWriteNorAReadARoundTrip() throws Exception {
        PostgresNode first = (PostgresNode) SharedPostgres.withStandbys(1).primary();
        PostgresNode second = rig.standby(1);
        try (TcpProxy toPrimary = TcpProxy.to(first);
                TcpProxy toStandby = TcpProxy.to(second);
                HikariDataSource primary = pool(first, toPrimary);
                HikariDataSource standby = pool(second, toStandby);
                ReplicaRouter router = Rig.patient(ReplicaRouter.builder("main")
                                .primary(node("p", primary, first))
                                .replica(node("r1", standby, second)))
                        .build()) {
            Work write = connection -> Rig.insert(connection, "counted");
            Work read = connection -> {
                try (var select = connection.prepareStatement("select 1 from note where id = 1")) {
                    select.executeQuery().close();
                }
            };
            long bareWrites = counted(toPrimary, primary, false, write);
            long bareReads = counted(toStandby, standby, true, read);
            ConsistencyToken[] token = new ConsistencyToken[1];
            long writes = RequestContext.builder().build().call(() -> {
                long counted = counted(toPrimary, router.dataSource(), false, write);
                token[0] = router.consistency().current();
                return counted;
            });
            assertThat(token[0].isNone()).isFalse();
            second.waitUntilCaughtUp();
            RequestContext next = RequestContext.builder().consistency(token[0]).build();
            long reads = next.call(() -> counted(toStandby, router.dataSource(), true, read));
            assertThat(router.nodes().get(1).reads()).isEqualTo(2 * TIMES);
            assertThat(writes).isEqualTo(bareWrites);
            assertThat(reads).isEqualTo(bareReads);
        }
    }

    /** Units of work, in place of transactions. */
    private interface Unit {
        void run() throws Exception;
    }

    private static long counted(TcpProxy proxy, Unit unit) throws Exception {
        for (int i = 0; i < TIMES; i++) {
            unit.run();
        }
        long before = proxy.roundTrips();
        for (int i = 0; i < TIMES; i++) {
            unit.run();
        }
        return proxy.roundTrips() - before;
    }

    @Test
    void shardsCostAReadOneRoundTripAndAWriteTwo() throws Exception {
        PostgresNode first = (PostgresNode) SharedPostgres.withStandbys(1).primary();
        PostgresNode second = rig.standby(1);
        ShardMap map = ShardMap.builder("db", 2).place(1, 2, "main").build();
        try (TcpProxy toPrimary = TcpProxy.to(first);
                TcpProxy toStandby = TcpProxy.to(second);
                HikariDataSource primary = pool(first, toPrimary);
                HikariDataSource standby = pool(second, toStandby);
                ReplicaRouter router = Rig.patient(ReplicaRouter.builder("main")
                                .primary(node("p", primary, first))
                                .replica(node("r1", standby, second)))
                        .build();
                Shards shards = Shards.builder(map, Routers.of(router)).build()) {
            shards.install();
            long bareWrites = counted(toPrimary, primary, false, connection -> Rig.insert(connection, "counted"));
            long bareReads = counted(toStandby, standby, true, connection -> Rig.select(connection, 1));
            long writes = RequestContext.builder()
                    .build()
                    .call(() -> counted(
                            toPrimary,
                            () -> shards.write("key", (shard, connection) -> Rig.insert(connection, "counted"))));
            assertThat(writes).isEqualTo(bareWrites + 2 * TIMES);
            second.waitUntilCaughtUp();
            long reads = RequestContext.builder()
                    .build()
                    .call(() -> counted(
                            toStandby, () -> shards.read("key", (shard, connection) -> Rig.select(connection, 1))));
            assertThat(router.nodes().get(1).reads()).isEqualTo(2 * TIMES);
            assertThat(reads).isEqualTo(bareReads + TIMES);
        }
    }
}
