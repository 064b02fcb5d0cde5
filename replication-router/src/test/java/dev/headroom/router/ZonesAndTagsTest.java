package dev.headroom.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariDataSource;
import dev.headroom.Headroom;
import dev.headroom.RequestContext;
import dev.headroom.config.ConfigurationException;
import dev.headroom.inventory.Host;
import dev.headroom.inventory.HostFilter;
import dev.headroom.inventory.Inventories;
import dev.headroom.inventory.WatchedInventory;
import dev.headroom.router.RouteDecision.Reason;
import dev.headroom.router.hikari.HikariNodes;
import dev.headroom.testkit.SharedPostgres;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;

/** Two standbys: in two zones, or one of them for something special. */
@TestInstance(Lifecycle.PER_CLASS)
@Tag("one-jdk")
class ZonesAndTagsTest {
    private static final Duration LONG = Duration.ofSeconds(30);

    @AutoClose
    private final Rig rig = new Rig(SharedPostgres.withStandbys(2), 2, Rig::patient);

    @AfterEach
    void heal() {
        for (int number : new int[] {1, 2}) {
            rig.standby(number).replayDelay(Duration.ZERO);
            rig.standby(number).resumeReplay();
            rig.standby(number).waitUntilCaughtUp();
        }
    }

    private ReplicaRouter router(
            UnaryOperator<NodeSpec> first,
            UnaryOperator<NodeSpec> second,
            UnaryOperator<ReplicaRouterBuilder> options) {
        return options.apply(Rig.patient(ReplicaRouter.builder("main")
                                .primary(HikariNodes.node("p", rig.pools.get(0)))
                                .replica(first.apply(HikariNodes.node("r1", rig.pools.get(1))))
                                .replica(second.apply(HikariNodes.node("r2", rig.pools.get(2)))))
                        .waitForReplica(Duration.ofMillis(100)))
                .build();
    }

    private ReplicaRouter zoned(UnaryOperator<ReplicaRouterBuilder> options) {
        return router(first -> first.zone("a"), second -> second.zone("b"), options);
    }

    /** Reads in a request of its own. */
    private static RouteDecision read(ReplicaRouter router, RouteScope scope) throws Exception {
        return RequestContext.builder()
                .build()
                .call(() -> scope.call(() -> {
                    try (Connection connection = router.dataSource().getConnection();
                            Statement statement = connection.createStatement()) {
                        statement.execute("select 1");
                        return connection.unwrap(Routed.class).decision().orElseThrow();
                    }
                }));
    }

    private static NodeStatus status(ReplicaRouter router, String name) {
        return router.nodes().stream()
                .filter(node -> node.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void readsStayInTheZoneAsLongAsOneOfItMayAnswer() throws Exception {
        CountingMeters meters = new CountingMeters();
        try (ReplicaRouter router = zoned(options -> options.zone("a"));
                Headroom headroom =
                        Headroom.builder("test").meters(meters).plug(router).build()) {
            assertThat(headroom).isNotNull();
            for (int i = 0; i < 40; i++) {
                assertThat(Rig.nodeOf(read(router, RouteScope.readOnly()))).isEqualTo("r1");
            }
            assertThat(router.control().drain("r1", LONG)).isTrue();
            RouteDecision elsewhere = read(router, RouteScope.readOnly());
            assertThat(Rig.nodeOf(elsewhere)).isEqualTo("r2");
            assertThat(elsewhere.reason()).isEqualTo(Reason.OTHER_ZONE);
            assertThat(router.decide(RouteScope.readOnly()).explanation())
                    .startsWith("r2 ")
                    .endsWith("read-only, in another zone");
            assertThat(meters.count(RouterMeters.OTHER_ZONE, "router", "main")).isEqualTo(1);
            router.control().resume("r1");
            assertThat(read(router, RouteScope.readOnly()).reason()).isEqualTo(Reason.READ_ONLY);
        }
    }

    @Test
    void readThatMustSeeAWriteGoesToTheOtherZoneBeforeItGoesToThePrimary() throws Exception {
        try (ReplicaRouter router = zoned(options -> options.zone("a"))) {
            rig.standby(1).pauseReplay();
            RequestContext.builder().build().call(() -> {
                try (Connection connection = router.dataSource().getConnection()) {
                    connection.setAutoCommit(false);
                    Rig.insert(connection, "mine");
                    connection.commit();
                }
                rig.standby(2).waitUntilCaughtUp();
                await().pollInSameThread()
                        .atMost(LONG)
                        .until(() ->
                                Rig.nodeOf(router.decide(RouteScope.readOnly())).equals("r2"));
                return null;
            });
            assertThat(Rig.nodeOf(read(router, RouteScope.readOnly()))).isEqualTo("r1");
        }
    }

    @Test
    void fullPoolsOfTheZoneAreNoReasonToWait() throws Exception {
        try (ReplicaRouter router = zoned(options -> options.zone("a").acquireTimeout(Duration.ofMillis(50)))) {
            Connection[] all = new Connection[rig.pools.get(1).getMaximumPoolSize()];
            for (int i = 0; i < all.length; i++) {
                all[i] = rig.pools.get(1).getConnection();
            }
            assertThat(Rig.nodeOf(read(router, RouteScope.readOnly()))).isEqualTo("r2");
            for (Connection connection : all) {
                connection.close();
            }
        }
    }

    @Test
    void withoutAZoneOfItsOwnAnApplicationReadsEverywhere() throws Exception {
        try (ReplicaRouter router = zoned(options -> options)) {
            for (int i = 0;
                    i < 400
                            && status(router, "r1").reads()
                                            * status(router, "r2").reads()
                                    == 0;
                    i++) {
                assertThat(read(router, RouteScope.readOnly()).reason()).isEqualTo(Reason.READ_ONLY);
            }
            assertThat(status(router, "r1").reads()).isPositive();
            assertThat(status(router, "r2").reads()).isPositive();
            assertThat(status(router, "r2").zone()).contains("b");
        }
    }

    @Test
    void zoneComesFromTheEnvironment() throws Exception {
        try (ReplicaRouter router = Rig.patient(new ReplicaRouterBuilder("main", Map.of("HEADROOM_ZONE", " b ")::get)
                        .primary(HikariNodes.node("p", rig.pools.get(0)))
                        .replica(HikariNodes.node("r1", rig.pools.get(1)).zone("a"))
                        .replica(HikariNodes.node("r2", rig.pools.get(2)).zone("b")))
                .build()) {
            for (int i = 0; i < 20; i++) {
                assertThat(Rig.nodeOf(read(router, RouteScope.readOnly()))).isEqualTo("r2");
            }
        }
        assertThatThrownBy(() -> new ReplicaRouterBuilder("main", Map.of("HEADROOM_ZONE", "a b")::get))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("HEADROOM_ZONE");
    }

    @Test
    void zonesAndTagsComeFromTheInventory() {
        HostFilter none = HostFilter.property("zone", "none");
        Host host = new Host("postgres", "db2", 5432, Map.of("zone", "a", "tags", "reports, exports,reports"));
        try (WatchedInventory inventory = Inventories.watched(() -> List.of(host), Duration.ofMinutes(1))) {
            HikariDataSource pool = rig.pools.get(1);
            NodeSpec told = InventoryNodes.of(inventory, "postgres", at -> HikariNodes.node("r1", pool))
                    .node(host);
            assertThat(told.zone()).contains("a");
            assertThat(told.tags()).containsExactlyInAnyOrder("reports", "exports");
            NodeSpec own = InventoryNodes.of(
                            inventory,
                            "postgres",
                            at -> HikariNodes.node("r1", pool).zone("b").tags("delayed"))
                    .filter(none)
                    .node(host);
            assertThat(own.zone()).contains("b");
            assertThat(own.tags()).containsExactly("delayed");
        }
    }

    interface Reports {
        @UseReplica(tag = "reports")
        String report() throws SQLException;

        @ReadOnly
        String page() throws SQLException;
    }

    private ReplicaRouter tagged(UnaryOperator<ReplicaRouterBuilder> options) {
        return router(first -> first, second -> second.tags("reports", "exports"), options);
    }

    @Test
    void taggedReplicaAnswersWhoAsksForItAndNobodyElse() throws Exception {
        try (ReplicaRouter router = tagged(options -> options);
                Headroom headroom = Headroom.builder("test").plug(router).build()) {
            Reports reports = headroom.enhance(Reports.class, new Reports() {
                @Override
                public String report() throws SQLException {
                    try (Connection connection = router.dataSource().getConnection();
                            Statement statement = connection.createStatement()) {
                        statement.execute("select 1");
                        return Rig.nodeOf(connection);
                    }
                }

                @Override
                public String page() throws SQLException {
                    return report();
                }
            });
            for (int i = 0; i < 40; i++) {
                assertThat(reports.report()).isEqualTo("r2");
                assertThat(reports.page()).isEqualTo("r1");
                assertThat(Rig.nodeOf(read(router, RouteScope.replica()))).isEqualTo("r1");
            }
            assertThat(read(router, RouteScope.replica("exports")).reason()).isEqualTo(Reason.TAG_ASKED);
            assertThat(status(router, "r2").tags()).containsExactlyInAnyOrder("reports", "exports");

            router.control().drain("r1", LONG);
            assertThat(reports.page()).as("rather the primary").isEqualTo("p");
            assertThatThrownBy(() -> read(router, RouteScope.replica())).isInstanceOf(RouteRefusedException.class);
            router.control().resume("r1");
            router.control().drain("r2", LONG);
            assertThatThrownBy(reports::report).isInstanceOf(RouteRefusedException.class);
            assertThatThrownBy(() -> read(router, RouteScope.replica("backup")))
                    .isInstanceOfSatisfying(
                            RouteRefusedException.class,
                            refused -> assertThat(refused.decision().reason()).isEqualTo(Reason.NO_SUCH_TAG));
        }
    }

    @Test
    void ordinaryReadsAreThePrimarysWhereAllReplicasAreKeptForSomethingElse() throws Exception {
        try (ReplicaRouter router = router(
                        first -> first.tags("reports"),
                        second -> second.tags("delayed"),
                        options -> options.primaryFallback(0).positionFallback(0));
                Headroom headroom = Headroom.builder("test").plug(router).build()) {
            assertThat(read(router, RouteScope.readOnly()))
                    .isEqualTo(new RouteDecision.ToPrimary("p", false, Reason.NO_REPLICAS));
            assertThat(router.decide(RouteScope.readOnly()).reason()).isEqualTo(Reason.NO_REPLICAS);
            assertThat(read(router, RouteScope.replica()).reason()).isEqualTo(Reason.NO_REPLICAS);
            assertThat(read(router, RouteScope.replica("reports")).reason()).isEqualTo(Reason.TAG_ASKED);
            assertThat(headroom.health().report().toString())
                    .contains("router-main-primary")
                    .doesNotContain("-replicas");
            try (Connection connection = router.dataSource().getConnection();
                    Statement statement = RouteScope.replica().call(connection::createStatement)) {
                for (int i = 0; i < 3; i++) {
                    assertThat(RouteScope.replica().call(() -> statement.execute("select 1")))
                            .isTrue();
                }
                assertThatThrownBy(() -> RouteScope.replica("reports").call(() -> statement.execute("select 1")))
                        .hasMessageContaining("was made on p");
            }
        }
    }

    @Test
    void connectionDoesNotGoOnWithOrdinaryReadsOnATaggedReplica() throws Exception {
        try (ReplicaRouter router = tagged(options -> options);
                Connection connection = router.dataSource().getConnection()) {
            RequestContext.builder().build().call(() -> {
                try (Statement statement = RouteScope.replica("reports").call(connection::createStatement)) {
                    assertThat(RouteScope.replica("reports").call(() -> statement.execute("select 1")))
                            .isTrue();
                    assertThat(Rig.nodeOf(connection)).isEqualTo("r2");
                    assertThatThrownBy(() -> RouteScope.readOnly().call(() -> statement.execute("select 1")))
                            .hasMessageContaining("was made on r2");
                }
                RouteScope.readOnly().call(() -> connection.createStatement().execute("select 1"));
                assertThat(Rig.nodeOf(connection)).isEqualTo("r1");
                return null;
            });
        }
    }

    interface Undo {
        @UseReplica(tag = "delayed", maxStaleness = "any")
        RouteDecision find() throws SQLException;
    }

    /** Of a replica that was behind before the router began, nobody knows how far. */
    @Test
    void delayedReplicaIsReachedAfterAStartByWhoAsksForAnyStaleness() throws Exception {
        rig.standby(2).pauseReplay();
        Rig.execute(rig.dataSource(), "insert into note (text) values ('since then')");
        try (ReplicaRouter router = router(first -> first, second -> second.tags("delayed"), options -> options);
                Headroom headroom = Headroom.builder("test").plug(router).build()) {
            RouteScope delayed = RouteScope.replica("delayed");
            assertThat(status(router, "r2").lag()).as("how far it is behind").isEmpty();
            assertThatThrownBy(() -> read(router, delayed.maxStaleness(Duration.ofDays(1))))
                    .isInstanceOfSatisfying(
                            RouteRefusedException.class,
                            refused -> assertThat(refused.decision().reason()).isEqualTo(Reason.TOO_STALE));
            RouteDecision answered = read(router, delayed.anyStaleness());
            assertThat(answered.explanation()).startsWith("r2 (lag unknown)");
            Undo undo = headroom.enhance(Undo.class, () -> {
                try (Connection connection = router.dataSource().getConnection();
                        Statement statement = connection.createStatement()) {
                    statement.execute("select 1");
                    return connection.unwrap(Routed.class).decision().orElseThrow();
                }
            });
            assertThat(undo.find()).isEqualTo(answered);

            // What the request has written it must show all the same.
            RequestContext.builder().build().call(() -> {
                try (Connection connection = router.dataSource().getConnection()) {
                    connection.setAutoCommit(false);
                    Rig.insert(connection, "mine");
                    connection.commit();
                }
                assertThatThrownBy(undo::find).isInstanceOf(RouteRefusedException.class);
                return null;
            });
        }
        assertThatThrownBy(() -> RouteScope.replica().anyStaleness())
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("anyStaleness: without a tag (expected: on replica(tag))");
    }

    @Test
    void nodeOfMoreWeightHoldsMoreUnitsAtOneTime() throws Exception {
        try (ReplicaRouter router = router(first -> first, second -> second.weight(3), options -> options)) {
            // A probe that takes much longer than the other's counts against its node, which a busy machine may make.
            await().atMost(LONG).ignoreExceptions().untilAsserted(() -> {
                Map<String, Integer> held = held(router, 8);
                assertThat(held).containsEntry("r1", 2).containsEntry("r2", 6);
            });
        }
    }

    /** How many of so many open units each node has. */
    private static Map<String, Integer> held(ReplicaRouter router, int units) throws SQLException {
        List<Connection> open = new ArrayList<>();
        Map<String, Integer> held = new HashMap<>();
        try {
            for (int i = 0; i < units; i++) {
                Connection connection = router.dataSource().getConnection();
                open.add(connection);
                connection.setReadOnly(true);
                connection.setAutoCommit(false);
                Rig.read(connection, 1);
                held.merge(Rig.nodeOf(connection), 1, Integer::sum);
            }
            return held;
        } finally {
            for (Connection connection : open) {
                connection.close();
            }
        }
    }

    @Test
    void delayedReplicaShowsWhatWasThereAndHarmsNothing() throws Exception {
        try (ReplicaRouter router = router(
                        first -> first,
                        second -> second.tags("delayed"),
                        options -> options.staleness(Duration.ofSeconds(20), Duration.ofSeconds(30)));
                Headroom headroom = Headroom.builder("test").plug(router).build()) {
            long id = rig.insert("dropped by mistake");
            rig.standby(2).waitUntilCaughtUp();
            rig.standby(2).pauseReplay(); // and with it all that comes from now on
            Rig.execute(rig.dataSource(), "delete from note where id = " + id);
            RouteScope delayed = RouteScope.replica("delayed").maxStaleness(Duration.ofHours(2));
            boolean there = RequestContext.builder()
                    .build()
                    .call(() -> delayed.call(() -> {
                        try (Connection connection = router.dataSource().getConnection();
                                Statement statement = connection.createStatement();
                                ResultSet row = statement.executeQuery("select 1 from note where id = " + id)) {
                            return row.next();
                        }
                    }));
            assertThat(there).isTrue();
            await().atMost(LONG)
                    .until(() ->
                            status(router, "r2").lag().orElse(Duration.ZERO).toMillis() > 1_500);
            assertThat(headroom.load().pressures().get("router.lag")).isLessThan(0.3);
        }
    }
}
