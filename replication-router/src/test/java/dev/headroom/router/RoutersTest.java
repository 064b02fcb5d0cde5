package dev.headroom.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariDataSource;
import dev.headroom.Headroom;
import dev.headroom.RequestContext;
import dev.headroom.config.ConfigurationException;
import dev.headroom.consistency.ConsistencyToken;
import dev.headroom.router.hikari.HikariNodes;
import dev.headroom.testkit.PostgresCluster;
import dev.headroom.testkit.PostgresNode;
import dev.headroom.testkit.SharedPostgres;
import dev.headroom.testkit.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;

/** Two functional partitions in one application, each with a replica. */
@TestInstance(Lifecycle.PER_CLASS)
class RoutersTest {
    private static final Duration LONG = Duration.ofSeconds(30);

    private final PostgresCluster cluster = SharedPostgres.withStandbys(1);
    private final PostgresNode standby = cluster.standbys().get(0);
    private final List<HikariDataSource> pools = new ArrayList<>();
    private final TestDatabase shopDatabase = database();
    private final TestDatabase ordersDatabase = database();
    private final Routers routers = Routers.of(router("shop", shopDatabase), router("orders", ordersDatabase));
    private final Headroom headroom = Headroom.builder("test").plug(routers).build();
    private final Notes notes = headroom.enhance(Notes.class, new JdbcNotes());

    private TestDatabase database() {
        TestDatabase database = cluster.createDatabase();
        Rig.execute(
                database.dataSource(),
                "create table note (id bigint generated always as identity primary key, text text)");
        return database;
    }

    private ReplicaRouter router(String name, TestDatabase database) {
        return Rig.patient(ReplicaRouter.builder(name)
                        .primary(HikariNodes.node("p", pool(database.jdbcUrl())))
                        .replica(HikariNodes.node("r1", pool(database.jdbcUrl(standby)))))
                .waitForReplica(Duration.ofMillis(100))
                .build();
    }

    private HikariDataSource pool(String url) {
        HikariDataSource pool = new HikariDataSource();
        pool.setJdbcUrl(url);
        pool.setMaximumPoolSize(4);
        pool.setMinimumIdle(0);
        pools.add(pool);
        return pool;
    }

    @AfterAll
    void close() {
        headroom.close();
        pools.forEach(HikariDataSource::close);
        shopDatabase.close();
        ordersDatabase.close();
    }

    interface Notes {
        long write(String text) throws SQLException;

        @Cluster("orders")
        long writeOrder(String text) throws SQLException;

        @ReadOnly
        Rig.Answer read(long id) throws SQLException;

        @Cluster("orders")
        @ReadOnly
        Rig.Answer readOrder(long id) throws SQLException;
    }

    private final class JdbcNotes implements Notes {
        @Override
        public long write(String text) throws SQLException {
            try (Connection connection = routers.dataSource().getConnection()) {
                connection.setAutoCommit(false);
                long id = Rig.insert(connection, text);
                connection.commit();
                return id;
            }
        }

        @Override
        public long writeOrder(String text) throws SQLException {
            return write(text);
        }

        @Override
        public Rig.Answer read(long id) throws SQLException {
            try (Connection connection = routers.dataSource().getConnection()) {
                return Rig.read(connection, id);
            }
        }

        @Override
        public Rig.Answer readOrder(long id) throws SQLException {
            return read(id);
        }
    }

    interface Wrong {
        @Cluster("order")
        void read();
    }

    @Test
    void annotationChoosesTheClusterAndItsReplica() throws Exception {
        RequestContext.builder().build().call(() -> {
            Rig.execute(
                    ordersDatabase.dataSource(),
                    "insert into note (id, text) overriding system value values (777, '')");
            standby.waitUntilCaughtUp();
            assertThat(notes.readOrder(777)).isEqualTo(new Rig.Answer(true, "r1"));
            assertThat(notes.read(777).seen()).isFalse();
            String inside = routers.within("orders", routers::current);
            assertThat(inside).isEqualTo("orders");
            assertThat(routers.current()).isEqualTo("shop");
            return null;
        });
        assertThatThrownBy(() -> headroom.enhance(Wrong.class, () -> {}))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("cluster: order (expected: one of [shop, orders])");
    }

    @Test
    void oneTokenCarriesThePositionsOfBoth() throws Exception {
        standby.pauseReplay();
        try {
            long[] ids = new long[2];
            ConsistencyToken token = RequestContext.builder().build().call(() -> {
                ids[0] = notes.write("here");
                ids[1] = notes.writeOrder("there");
                return routers.consistency().current();
            });
            assertThat(token.value()).contains("~shop:", "~orders:");
            RequestContext next = RequestContext.builder()
                    .consistency(routers.admit(token.value()))
                    .build();
            next.call(() -> {
                assertThat(notes.read(ids[0])).isEqualTo(new Rig.Answer(true, "p"));
                assertThat(notes.readOrder(ids[1])).isEqualTo(new Rig.Answer(true, "p"));
                return null;
            });
        } finally {
            standby.resumeReplay();
        }
    }

    @Test
    void whatIsWrittenWithinATokenIsSeenAfterIt() throws Exception {
        ConsistencyToken of = RequestContext.builder().build().call(() -> {
            notes.write("before");
            return routers.consistency().current();
        });
        standby.waitUntilCaughtUp();
        standby.pauseReplay();
        try {
            RequestContext.builder().build().call(() -> {
                long[] ids = routers.consistency()
                        .within(of, () -> new long[] {notes.write("shop"), notes.writeOrder("order")});
                assertThat(notes.read(ids[0])).isEqualTo(new Rig.Answer(true, "p"));
                assertThat(notes.readOrder(ids[1])).isEqualTo(new Rig.Answer(true, "p"));
                return null;
            });
        } finally {
            standby.resumeReplay();
        }
    }

    @Test
    void newestIsCutDownToThePositionOfEachCluster() throws Exception {
        String[] inside = new String[1];
        ConsistencyToken after = RequestContext.builder().build().call(() -> {
            routers.consistency().within(routers.consistency().newest(), () -> {
                inside[0] = RequestContext.current().consistency().value();
                return notes.write("one");
            });
            return routers.consistency().current();
        });
        assertThat(inside[0]).contains("~shop:", "~orders:").doesNotContain("7fffffffffffffff");
        assertThat(after.value()).doesNotContain("7fffffffffffffff");
    }

    @Test
    void capturedPositionIsThatOfTheConnectionsCluster() throws Exception {
        try (Connection connection =
                routers.within("orders", () -> routers.dataSource().getConnection())) {
            assertThat(routers.consistency().capture(connection).value())
                    .contains("~orders:")
                    .doesNotContain("~shop:");
        }
        try (Connection foreign = ordersDatabase.dataSource().getConnection()) {
            assertThat(routers.consistency().capture(foreign).value()).contains("~orders:", "~shop:");
        }
    }

    @Test
    void onePartitionIsSwitchedToReadOnly() throws Exception {
        RouterControl orders = routers.get("orders").control();
        orders.refuseWrites(true);
        try {
            assertThatThrownBy(() -> notes.writeOrder("never")).isInstanceOf(RouteRefusedException.class);
            assertThat(notes.readOrder(1)).isNotNull();
            assertThat(notes.write("as ever")).isPositive();
        } finally {
            orders.refuseWrites(false);
        }
        assertThat(notes.writeOrder("again")).isPositive();
    }

    @Test
    void applicationKnowsHowEachIs() {
        await().atMost(LONG).until(() -> headroom.health().report().ready());
        assertThat(headroom.load().pressures()).containsKeys("router.lag", "router.pool");
        assertThat(headroom.health().report().toString()).contains("router-shop-primary", "router-orders-primary");
        assertThatThrownBy(() -> Routers.of(routers.get("shop"), routers.get("shop")))
                .hasMessage("router: shop (expected: a name that no other router has)");
    }
}
