package dev.headroom.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.zaxxer.hikari.HikariDataSource;
import dev.headroom.config.ConfigurationException;
import dev.headroom.inventory.Host;
import dev.headroom.inventory.HostFilter;
import dev.headroom.inventory.Inventories;
import dev.headroom.inventory.InventorySource;
import dev.headroom.inventory.ServiceInventory;
import dev.headroom.inventory.WatchedInventory;
import dev.headroom.router.hikari.HikariNodes;
import dev.headroom.testkit.PostgresCluster;
import dev.headroom.testkit.PostgresNode;
import dev.headroom.testkit.SharedPostgres;
import dev.headroom.testkit.TestDatabase;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import org.h2.jdbcx.JdbcConnectionPool;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** A router whose replicas come and go while it is read. */
@Tag("one-jdk")
class InventoryNodesTest {
    private static final Duration LONG = Duration.ofSeconds(30);

    private final PostgresCluster cluster = SharedPostgres.withStandbys(2);
    private final CopyOnWriteArrayList<Host> hosts = new CopyOnWriteArrayList<>();
    private final Queue<String> removed = new ConcurrentLinkedQueue<>();

    private static Host host(PostgresNode node, boolean primary) {
        return new Host("postgres", node.host(), node.port(), Map.of("primary", String.valueOf(primary)));
    }

    private HikariDataSource pool(TestDatabase database, Host host) {
        HikariDataSource pool = new HikariDataSource();
        pool.setJdbcUrl(cluster.nodes().stream()
                .filter(node -> node.port() == host.port())
                .map(database::jdbcUrl)
                .findFirst()
                .orElseThrow());
        pool.setMaximumPoolSize(6);
        pool.setMinimumIdle(1);
        pool.setConnectionTimeout(3_000);
        return pool;
    }

    private InventoryNodes nodes(WatchedInventory inventory, TestDatabase database) {
        return InventoryNodes.of(
                        inventory, "postgres", host -> HikariNodes.node("n" + host.port(), pool(database, host)))
                .onRemoved(spec -> {
                    removed.add(spec.name());
                    ((HikariDataSource) spec.dataSource()).close();
                });
    }

    @Test
    void nodesComeAndGoUnderLoadAndNoReadFails() throws Exception {
        PostgresNode first = cluster.standbys().get(0);
        PostgresNode second = cluster.standbys().get(1);
        hosts.add(host(first, false)); // the flag counts, not the order
        hosts.add(host(cluster.primary(), true));
        InventorySource source = () -> List.copyOf(hosts);
        try (WatchedInventory inventory = Inventories.watched(source, Duration.ofMillis(50));
                TestDatabase database = cluster.createDatabase();
                ReplicaRouter router = Rig.patient(ReplicaRouter.builder("live"))
                        .nodes(nodes(inventory, database))
                        .build()) {
            Rig.execute(
                    router.dataSource(),
                    "create table note (id bigint generated always as identity primary key, text text)");
            cluster.waitUntilCaughtUp();
            assertThat(Rig.nodeOf(router.decide(RouteScope.primary())))
                    .isEqualTo("n" + cluster.primary().port());
            String name = "n" + second.port();
            try (Load load = Load.reading(router, 3)) {
                await().atMost(LONG).until(() -> reads(router, "n" + first.port()) > 20);
                hosts.add(host(second, false));
                await().atMost(LONG).until(() -> reads(router, name) > 20);

                hosts.removeIf(host -> host.port() == first.port());
                await().atMost(LONG).until(() -> removed.contains("n" + first.port()));
                int soFar = load.acknowledged().size();
                await().atMost(LONG).until(() -> load.acknowledged().size() > soFar + 30);
                assertThat(load.failures()).isEmpty();
            }
            assertThat(router.nodes().stream().map(NodeStatus::name).collect(Collectors.toSet()))
                    .containsExactlyInAnyOrder("n" + cluster.primary().port(), name);

            // Neither an empty list nor one without the primary takes the primary away.
            ListAppender<ILoggingEvent> log = new ListAppender<>();
            log.start();
            Logger logger = (Logger) LoggerFactory.getLogger("dev.headroom.router.internal.LiveNodes");
            logger.addAppender(log);
            hosts.clear();
            hosts.add(host(second, false));
            await().during(Duration.ofMillis(1_200)) // it is looked at more than once
                    .atMost(LONG)
                    .until(() -> router.nodes().size() == 2);
            logger.detachAppender(log);
            assertThat(List.copyOf(log.list))
                    .extracting(ILoggingEvent::getFormattedMessage)
                    .filteredOn(text -> text.contains("takes the writes and stays"))
                    .hasSize(1);
            Rig.execute(router.dataSource(), "insert into note (text) values ('still')");
            hosts.clear();
            await().during(Duration.ofMillis(300))
                    .atMost(LONG)
                    .until(() -> router.nodes().size() == 2);
        }
    }

    private static long reads(ReplicaRouter router, String name) {
        return router.nodes().stream()
                .filter(node -> node.name().equals(name))
                .mapToLong(NodeStatus::reads)
                .sum();
    }

    @Test
    void hostThatKeepsItsNameAtANewAddressIsUsedThere() throws Exception {
        PostgresNode first = cluster.standbys().get(0);
        PostgresNode second = cluster.standbys().get(1);
        hosts.add(host(cluster.primary(), true));
        hosts.add(host(first, false));
        try (WatchedInventory inventory = Inventories.watched(() -> List.copyOf(hosts), Duration.ofMillis(50));
                TestDatabase database = cluster.createDatabase();
                ReplicaRouter router = Rig.patient(ReplicaRouter.builder("named"))
                        .nodes(InventoryNodes.of(
                                        inventory,
                                        "postgres",
                                        host -> HikariNodes.node(
                                                host.flag("primary").orElseThrow() ? "p" : "replica",
                                                pool(database, host)))
                                .onRemoved(spec -> {
                                    removed.add(((HikariDataSource) spec.dataSource()).getJdbcUrl());
                                    ((HikariDataSource) spec.dataSource()).close();
                                }))
                        .build()) {
            assertThat(portOfReplica(router)).isEqualTo(first.port());
            hosts.removeIf(host -> host.port() == first.port());
            hosts.add(host(second, false));
            await().atMost(LONG).until(() -> portOfReplica(router) == second.port());
            assertThat(removed).anyMatch(url -> url.contains(":" + first.port() + "/"));
        }
    }

    @Test
    void readThatGoesOnWhereAHostHasGoneHoldsNobodyUp() throws Exception {
        PostgresNode first = cluster.standbys().get(0);
        PostgresNode second = cluster.standbys().get(1);
        String leaving = "n" + first.port();
        hosts.add(host(cluster.primary(), true));
        hosts.add(host(first, false));
        try (WatchedInventory inventory = Inventories.watched(() -> List.copyOf(hosts), Duration.ofMillis(50));
                TestDatabase database = cluster.createDatabase();
                ReplicaRouter router = Rig.patient(ReplicaRouter.builder("leaving"))
                        .nodes(nodes(inventory, database).drainWithin(Duration.ofMinutes(5)))
                        .build()) {
            await().atMost(LONG).until(() -> state(router, leaving) == NodeState.UP);
            try (Connection held = router.dataSource().getConnection()) {
                held.setReadOnly(true);
                held.setAutoCommit(false);
                held.createStatement().execute("select 1");
                assertThat(Rig.nodeOf(held)).isEqualTo(leaving);
                hosts.removeIf(host -> host.port() == first.port());
                await().atMost(LONG).until(() -> state(router, leaving) == NodeState.DRAINED);
                hosts.add(host(second, false));
                await().atMost(LONG).until(() -> state(router, "n" + second.port()) == NodeState.UP);
                assertThat(state(router, leaving)).isEqualTo(NodeState.DRAINED);

                hosts.add(host(first, false)); // it was a mistake
                await().atMost(LONG).until(() -> state(router, leaving) == NodeState.UP);
                hosts.removeIf(host -> host.port() == first.port());
                await().atMost(LONG).until(() -> state(router, leaving) == NodeState.DRAINED);
                assertThat(removed).isEmpty();
                held.createStatement().execute("select 1");
                held.commit();
            }
            await().atMost(LONG).until(() -> removed.contains(leaving));
        }
    }

    /** The port of the server that answers a read; 0 while nobody does. */
    private static int portOfReplica(ReplicaRouter router) throws Exception {
        return RouteScope.replica().call(() -> {
            try (Connection connection = router.dataSource().getConnection();
                    Statement statement = connection.createStatement();
                    ResultSet row = statement.executeQuery("select inet_server_port()")) {
                row.next();
                return row.getInt(1);
            } catch (SQLException nobody) {
                return 0;
            }
        });
    }

    @Test
    void hostThatGoesAndComesBackUndoesNothingThatWasDoneByHandMeanwhile() throws Exception {
        PostgresNode standby = cluster.standbys().get(0);
        hosts.add(host(cluster.primary(), true));
        hosts.add(host(standby, false));
        String name = "n" + standby.port();
        ListAppender<ILoggingEvent> log = new ListAppender<>();
        log.start();
        Logger logger = (Logger) LoggerFactory.getLogger("dev.headroom.router.internal.LiveNodes");
        InventorySource source = () -> List.copyOf(hosts);
        try (WatchedInventory inventory = Inventories.watched(source, Duration.ofMillis(50));
                TestDatabase database = cluster.createDatabase();
                ReplicaRouter router = Rig.patient(ReplicaRouter.builder("live"))
                        .nodes(nodes(inventory, database))
                        .build();
                Connection held = router.dataSource().getConnection();
                Statement statement = readingOn(name, router, held)) {
            logger.setLevel(Level.INFO);
            logger.addAppender(log);
            hosts.remove(1);
            await().atMost(LONG).until(() -> state(router, name) == NodeState.DRAINED);
            assertThat(router.control().drain(name, Duration.ZERO)).isFalse();
            hosts.add(host(standby, false));
            await().atMost(LONG)
                    .until(() -> List.copyOf(log.list).stream()
                            .anyMatch(event -> event.getFormattedMessage().endsWith("stays")));
            assertThat(state(router, name)).as("drained by hand").isEqualTo(NodeState.DRAINED);
            router.control().resume(name);
            assertThat(state(router, name)).isEqualTo(NodeState.UP);

            hosts.remove(1);
            await().atMost(LONG).until(() -> state(router, name) == NodeState.DRAINED);
            router.control().resume(name);
            assertThat(state(router, name)).as("its host is gone").isEqualTo(NodeState.DRAINED);
            assertThat(statement.isClosed()).isFalse();
        } finally {
            logger.setLevel(null);
            logger.detachAppender(log);
        }
    }

    /** A unit that runs there until it is closed. */
    private static Statement readingOn(String name, ReplicaRouter router, Connection connection) throws SQLException {
        await().atMost(LONG).until(() -> state(router, name) == NodeState.UP);
        connection.setReadOnly(true);
        connection.setAutoCommit(false);
        Statement statement = connection.createStatement();
        statement.execute("select 1");
        assertThat(Rig.nodeOf(connection)).isEqualTo(name);
        return statement;
    }

    @Test
    void nodeThatIsPromotedWhileItIsDrainedIsUsedAgainWhenItIsAReplica() throws Exception {
        String url = "jdbc:h2:mem:promoted;DB_CLOSE_DELAY=-1";
        ToldRoles roles = new ToldRoles();
        roles.primary("n1");
        hosts.add(new Host("postgres", "a", 1, Map.of("primary", "true")));
        hosts.add(new Host("postgres", "a", 2, Map.of()));
        try (WatchedInventory inventory = Inventories.watched(() -> List.copyOf(hosts), Duration.ofMillis(20));
                ReplicaRouter router = Rig.patient(ReplicaRouter.builder("told"))
                        .probeEvery(Duration.ofMillis(20))
                        .dialect(roles)
                        .nodes(InventoryNodes.of(
                                inventory,
                                "postgres",
                                host -> NodeSpec.of("n" + host.port(), JdbcConnectionPool.create(url, "sa", ""))
                                        .probe(url, "sa", "")))
                        .build()) {
            await().atMost(LONG).until(() -> state(router, "n2") == NodeState.UP);
            try (Connection held = router.dataSource().getConnection()) {
                held.setReadOnly(true);
                held.setAutoCommit(false);
                held.createStatement().execute("select 1");
                hosts.remove(1);
                await().atMost(LONG).until(() -> state(router, "n2") == NodeState.DRAINED);
                roles.primary("n2");
                await().atMost(LONG)
                        .until(() ->
                                Rig.nodeOf(router.decide(RouteScope.primary())).equals("n2"));
            }
            // Before it is a replica again, or it would be drained once more.
            hosts.add(new Host("postgres", "a", 2, Map.of()));
            await().atMost(LONG).until(() -> inventory.all().size() == 2);
            roles.primary("n1");
            await().atMost(LONG)
                    .until(() -> Rig.nodeOf(router.decide(RouteScope.primary())).equals("n1"));
            await().atMost(LONG).until(() -> state(router, "n2") == NodeState.UP);
            assertThat(Rig.nodeOf(router.decide(RouteScope.replica()))).isEqualTo("n2");
        }
    }

    private static NodeState state(ReplicaRouter router, String name) {
        return router.nodes().stream()
                .filter(node -> node.name().equals(name))
                .map(NodeStatus::state)
                .findFirst()
                .orElse(NodeState.DOWN);
    }

    @Test
    void inventoryWithoutAHostIsNoPrimary() {
        try (WatchedInventory inventory = Inventories.watched(() -> List.of(), Duration.ofMinutes(1))) {
            InventoryNodes none = InventoryNodes.of(inventory, "postgres", host -> {
                throw new AssertionError("no host");
            });
            assertThatThrownBy(() -> ReplicaRouter.builder("live").nodes(none).build())
                    .isInstanceOf(ConfigurationException.class)
                    .hasMessageContaining("primary: null (expected: a node, or one of InventoryNodes[postgres, []])");
        }
    }

    @Test
    void whatWasMadeForARouterThatDoesNotComeToBeIsClosed() {
        PostgresNode standby = cluster.standbys().get(0);
        hosts.add(host(cluster.primary(), true));
        hosts.add(host(standby, false));
        try (WatchedInventory inventory = Inventories.watched(() -> List.copyOf(hosts), Duration.ofMinutes(1));
                TestDatabase database = cluster.createDatabase()) {
            InventoryNodes good = nodes(inventory, database);
            // The second host's pool can't be made.
            InventoryNodes broken = InventoryNodes.of(inventory, "postgres", host -> {
                        if (host.port() == standby.port()) {
                            throw new IllegalStateException("no such host");
                        }
                        return good.node(host);
                    })
                    .onRemoved(good::removed);
            assertThatThrownBy(
                            () -> ReplicaRouter.builder("broken").nodes(broken).build())
                    .hasMessage("no such host");
            assertThat(removed).containsExactly("n" + cluster.primary().port());
            removed.clear();

            // Nobody can be told of changes.
            InventoryNodes deaf = InventoryNodes.of(new DeafInventory(inventory), "postgres", good::node)
                    .onRemoved(good::removed);
            assertThatThrownBy(() -> ReplicaRouter.builder("deaf").nodes(deaf).build())
                    .hasMessage("deaf");
            assertThat(removed)
                    .containsExactlyInAnyOrder("n" + cluster.primary().port(), "n" + standby.port());
            await().atMost(LONG)
                    .until(() -> Thread.getAllStackTraces().keySet().stream()
                            .noneMatch(thread -> thread.getName().startsWith("headroom-router-deaf")));
            removed.clear();

            Rig.patient(ReplicaRouter.builder("whole")).nodes(good).build().close();
            assertThat(removed)
                    .containsExactlyInAnyOrder("n" + cluster.primary().port(), "n" + standby.port());
        }
    }

    /** An inventory that nobody can be told of changes of. */
    private record DeafInventory(ServiceInventory inventory) implements ServiceInventory {
        @Override
        public Subscription onChange(Listener listener) {
            throw new IllegalStateException("deaf");
        }

        @Override
        public List<Host> hosts(String service, HostFilter... filters) {
            return inventory.hosts(service, filters);
        }

        @Override
        public Host host(String service, HostFilter... filters) {
            return inventory.host(service, filters);
        }

        @Override
        public Host only(String service, HostFilter... filters) {
            return inventory.only(service, filters);
        }

        @Override
        public List<Host> on(String hostName) {
            return inventory.on(hostName);
        }

        @Override
        public List<Host> with(String property, Object value) {
            return inventory.with(property, value);
        }

        @Override
        public List<Host> all() {
            return inventory.all();
        }

        @Override
        public void close() {
            inventory.close();
        }
    }
}
