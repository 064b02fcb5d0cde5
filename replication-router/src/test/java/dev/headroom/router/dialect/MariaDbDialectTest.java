package dev.headroom.router.dialect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.headroom.RequestContext;
import dev.headroom.consistency.ConsistencyToken;
import dev.headroom.router.NodeRole;
import dev.headroom.router.NodeSpec;
import dev.headroom.router.NodeState;
import dev.headroom.router.ReplicaRouter;
import dev.headroom.router.RouteScope;
import dev.headroom.router.hikari.HikariNodes;
import dev.headroom.router.spi.ReplicationDialect;
import dev.headroom.testkit.MariaDbCluster;
import dev.headroom.testkit.MariaDbNode;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("one-jdk")
class MariaDbDialectTest extends DialectContract {
    private final MariaDbCluster cluster;
    private final ServerPair<MariaDbNode> servers;

    @SuppressWarnings("unchecked") // it is the one made here
    MariaDbDialectTest() {
        super(pair(MariaDbCluster.builder().standbys(2).start()), true, true);
        this.servers = (ServerPair<MariaDbNode>) pair;
        this.cluster = (MariaDbCluster) servers.cluster();
    }

    private static Pair pair(MariaDbCluster cluster) {
        return new ServerPair<>(cluster, cluster.standbys().get(0), MariaDbNode::promote);
    }

    @Test
    @Order(4)
    void replicaThatGoesOnFollowingTheOldPrimaryIsFenced() throws Exception {
        MariaDbNode old = cluster.nodes().get(0);
        MariaDbNode promoted = cluster.nodes().get(1);
        MariaDbNode astray = cluster.nodes().get(2);
        if (cluster.primary() == old) { // run alone
            cluster.waitUntilCaughtUp();
            old.kill();
            promoted.promote();
            old.restart();
        }
        pools.add(pool(servers.url(astray)));
        try (ReplicaRouter all = router(options -> options.replica(HikariNodes.node("r2", pools.get(2))))) {
            await().atMost(LONG)
                    .until(() -> Routes.nodeOf(all.decide(RouteScope.primary())).equals("r1"));
            try (Connection zombie = DriverManager.getConnection(servers.url(old));
                    Statement statement = zombie.createStatement()) {
                for (int id = -1_000; id < -500; id++) { // far beyond the numbers of the new primary
                    statement.addBatch("insert into note values (" + id + ", 'astray')");
                }
                statement.executeBatch();
            }
            astray.waitUntilCaughtUp();
            await().atMost(LONG).until(() -> all.nodes().get(2).state() == NodeState.FENCED);
            assertThat(Routes.nodeOf(all.decide(RouteScope.readOnly()))).isEqualTo("r1");
            assertThat(Routes.nodeOf(all.decide(RouteScope.replica()))).isEqualTo("refused");
        }
    }

    @Test
    @Order(1)
    void commitKnowsWhatAFunctionWroteAndWhatAnImplicitCommitDid() throws Exception {
        execute(
                router.dataSource(),
                "create or replace function writes(number bigint) returns int deterministic modifies sql data"
                        + " begin insert into note values (number, 'by a function'); return 1; end");
        long id = nextId();
        assertThat(tokenOf("select writes(" + id + ")").isNone()).isFalse();
        assertThat(tokenOf("select get_lock('one', 0)", "select release_lock('one')")
                        .isNone())
                .isTrue();
        long other = nextId();
        ConsistencyToken token =
                tokenOf("insert into note values (" + other + ", 'x')", "create table if not exists more (id int)");
        assertThat(readWith(token, other).seen()).isTrue();
    }

    @Test
    @Order(1)
    void rollbackKnowsWhatAnImplicitCommitDid() throws Exception {
        pair.waitUntilCaughtUp();
        pair.pauseReplay();
        try {
            long id = nextId();
            ConsistencyToken token =
                    tokenOf(true, "insert into note values (" + id + ", 'x')", "create or replace table more (id int)");
            assertThat(readWith(token, id)).isEqualTo(new Answer(true, "p"));
            long never = nextId();
            assertThat(tokenOf(true, "insert into note values (" + never + ", 'x')")
                            .isNone())
                    .isTrue();
            assertThat(readWith(token, never).seen()).isFalse();
        } finally {
            pair.resumeReplay();
        }
    }

    @Test
    @Order(1)
    void primaryThatWasSetReadOnlyStillCountsWithWhatItWrote() throws Exception {
        pair.pauseReplay();
        try {
            long id = nextId();
            ConsistencyToken token = RequestContext.builder().build().call(() -> {
                insert(id);
                return router.consistency().current();
            });
            setReadOnly(1);
            await().atMost(LONG).until(() -> status("p").role() == NodeRole.REPLICA);
            assertThat(router.admit(token.value())).isEqualTo(token);
            assertThat(readWith(token, id)).isEqualTo(new Answer(true, "p"));
            assertThatThrownBy(() -> router.control().switchOver("r1", Duration.ofMillis(500), () -> {
                        throw new AssertionError("the replica has not replayed all");
                    }))
                    .isInstanceOf(TimeoutException.class)
                    .hasMessageContaining("the primary does not tell its position as one that takes writes");
        } finally {
            pair.resumeReplay();
            setReadOnly(0);
        }
        await().atMost(LONG).until(() -> status("p").role() == NodeRole.PRIMARY);
    }

    private void setReadOnly(int on) throws SQLException {
        asAdmin("p", "set global read_only = " + on);
    }

    private void asAdmin(String node, String sql) throws SQLException {
        try (Connection admin = DriverManager.getConnection(pair.url(node).replace("user=test", "user=admin"));
                Statement statement = admin.createStatement()) {
            statement.execute(sql);
        }
    }

    @Test
    @Order(1)
    void replicaThatIsNotReadOnlyIsNotElectedEvenByWhoMayNotAsk() throws Exception {
        createReader();
        insert(nextId());
        pair.waitUntilCaughtUp();
        asAdmin("r1", "set global read_only = 0");
        try (ReplicaRouter weak = weakRouter()) {
            for (ReplicaRouter each : List.of(weak, router)) {
                await().atMost(LONG).until(() -> each.nodes().get(1).lag().isPresent());
                assertThat(each.nodes().get(1).role()).isEqualTo(NodeRole.REPLICA);
                assertThat(Routes.nodeOf(each.decide(RouteScope.primary()))).isEqualTo("p");
            }
            pair.pauseReplay(); // its source stopped: not promoted by that
            await().during(Duration.ofMillis(400))
                    .atMost(LONG)
                    .until(() ->
                            Routes.nodeOf(weak.decide(RouteScope.primary())).equals("p"));
            assertThat(weak.nodes().get(1).role()).isEqualTo(NodeRole.REPLICA);
        } finally {
            pair.resumeReplay();
            asAdmin("r1", "set global read_only = 1");
        }
    }

    @Test
    @Order(1)
    void tokenOfAnotherKindOfDatabaseIsNotMistakenForAnOldPosition() throws Exception {
        pair.waitUntilCaughtUp();
        pair.pauseReplay();
        try {
            long id = nextId();
            insert(id);
            for (String foreign : List.of("v1~main:p1:5", "v1~main:1:5", "v1~main:h1:7fffffffffffffff")) {
                assertThat(readWith(new ConsistencyToken(foreign), id)).isEqualTo(new Answer(true, "p"));
                RequestContext job = RequestContext.builder().build();
                Answer answer = job.call(() -> router.consistency()
                        .within(
                                new ConsistencyToken(foreign),
                                () -> RouteScope.readOnly().call(() -> read(id))));
                assertThat(answer).isEqualTo(new Answer(true, "p"));
            }
        } finally {
            pair.resumeReplay();
        }
    }

    @Test
    @Order(1)
    void whatATransactionHasReadOfOthersDoesNotVanishAfterIt() throws Exception {
        long own = nextId();
        long others = nextId();
        try (Connection connection = router.dataSource().getConnection()) {
            connection.setAutoCommit(false);
            RequestContext.builder().build().call(() -> {
                run(connection, "insert into note values (" + own + ", 'own')");
                return null;
            });
            pair.waitUntilCaughtUp();
            pair.pauseReplay();
            execute(pools.get(0), "insert into note values (" + others + ", 'of another')");
            RequestContext.builder().build().call(() -> {
                run(connection, "select * from note where id = " + others);
                Answer answer = RouteScope.readOnly().call(() -> read(others));
                assertThat(answer).isEqualTo(new Answer(true, "p"));
                return null;
            });
        } finally {
            pair.resumeReplay();
        }
    }

    private static void run(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
        connection.commit();
    }

    @Test
    @Order(1)
    void captureTellsNothingOfAServerThatNoProbeHasMet() throws Exception {
        ReplicationDialect dialect = pair.dialect();
        ReplicationDialect.Asked asked = new ReplicationDialect.Asked("p", true, true);
        try (Connection primary = pools.get(0).getConnection();
                Connection other =
                        DriverManager.getConnection(servers.url(cluster.nodes().get(2)))) {
            assertThat(dialect.capture(other)).isEmpty();
            ReplicationDialect.Answer probed = dialect.probe(asked, primary);
            assertThat(dialect.capture(other)).isEmpty();
            assertThat(dialect.capture(primary).orElseThrow().covers(probed.position()))
                    .isTrue();
            run(primary, "insert into note values (" + nextId() + ", 'captured')");
            assertThat(dialect.capture(primary))
                    .contains(dialect.probe(asked, primary).position());
        }
    }

    @Test
    @Order(1)
    void userWithoutAnyPrivilegeButToReadMayProbe() throws Exception {
        createReader();
        try (ReplicaRouter weak = weakRouter()) {
            await().atMost(LONG).until(() -> weak.nodes().get(1).lag().isPresent());
            assertThat(weak.nodes().get(0).role()).isEqualTo(NodeRole.PRIMARY);
        }
    }

    private void createReader() throws SQLException {
        try (Connection connection = pools.get(0).getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("create or replace user reader identified by 'reader'");
            statement.execute("grant select on *.* to reader");
        }
        pair.waitUntilCaughtUp();
    }

    private ReplicaRouter weakRouter() {
        return ReplicaRouter.builder("weak")
                .primary(NodeSpec.of("p", pools.get(0)).probe(weak("p"), "reader", "reader"))
                .replica(NodeSpec.of("r1", pools.get(1)).probe(weak("r1"), "reader", "reader"))
                .build();
    }

    private String weak(String node) {
        return pair.url(node).replaceAll("\\?.*", "");
    }

    private ConsistencyToken tokenOf(String... statements) throws Exception {
        return tokenOf(false, statements);
    }

    private ConsistencyToken tokenOf(boolean rollback, String... statements) throws Exception {
        return RequestContext.builder().build().call(() -> {
            run(rollback, statements);
            return router.consistency().current();
        });
    }

    private void run(boolean rollback, String... statements) throws SQLException {
        try (Connection connection = router.dataSource().getConnection()) {
            connection.setAutoCommit(false);
            try (Statement statement = connection.createStatement()) {
                for (String sql : statements) {
                    statement.execute(sql);
                }
            }
            if (rollback) {
                connection.rollback();
            } else {
                connection.commit();
            }
        }
    }
}
