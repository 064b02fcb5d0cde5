package dev.headroom.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.headroom.Headroom;
import dev.headroom.testkit.PostgresCluster;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.TestMethodOrder;
import org.springframework.jdbc.core.JdbcTemplate;

/** Read-only calls whose node fails them, on two standbys. */
@TestInstance(Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@Tag("one-jdk")
class RetryTest {
    @AutoClose
    private final PostgresCluster cluster =
            PostgresCluster.builder().standbys(2).start();

    private final Rig rig = new Rig(cluster, 2, Rig::patient);
    private final CountingMeters meters = new CountingMeters();
    private final Headroom headroom =
            Headroom.builder("test").meters(meters).plug(rig.router).build();
    private final List<String> runs = new ArrayList<>();

    @AfterAll
    void close() {
        headroom.close();
        rig.close();
    }

    private long retried() {
        return meters.count(RouterMeters.RETRIED, "router", "main");
    }

    /** Reads the node's name, and the first time ends its own session, as a server does that is shut down. */
    private String readOnANodeThatFailsFirst(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            String node = Rig.nodeOf(connection);
            runs.add(node);
            String sql = runs.size() == 1 ? "select pg_terminate_backend(pg_backend_pid()), pg_sleep(5)" : "select 1";
            statement.execute(sql);
            return node;
        }
    }

    private String readOnANodeThatFailsFirst() throws SQLException {
        try (Connection connection = rig.dataSource().getConnection()) {
            return readOnANodeThatFailsFirst(connection);
        }
    }

    interface Reads {
        @ReadOnly
        String read() throws SQLException;

        @ReadOnly(retry = false)
        String readOnce() throws SQLException;
    }

    private final class Here implements Reads {
        @Override
        public String read() throws SQLException {
            return readOnANodeThatFailsFirst();
        }

        @Override
        public String readOnce() throws SQLException {
            return readOnANodeThatFailsFirst();
        }
    }

    @Test
    @Order(1)
    void callIsRunAgainOnAnotherNode() throws Exception {
        runs.clear();
        long before = retried();
        String node = RouteScope.readOnly().call(this::readOnANodeThatFailsFirst);
        assertThat(runs).hasSize(2).doesNotHaveDuplicates().last().isEqualTo(node);
        assertThat(node).startsWith("r");
        assertThat(retried()).isEqualTo(before + 1);
    }

    @Test
    @Order(1)
    void methodIsRunAgainOnAnotherNodeUnlessItSaysNo() throws Exception {
        Reads reads = headroom.enhance(Reads.class, new Here());
        runs.clear();
        assertThat(reads.read()).startsWith("r");
        assertThat(runs).hasSize(2);

        awaitAllUp();
        runs.clear();
        assertThatThrownBy(reads::readOnce).isInstanceOf(SQLException.class);
        assertThat(runs).hasSize(1);
    }

    @Test
    @Order(1)
    void wholeTransactionIsRunAgainAlsoBehindAFrameworksException() throws Exception {
        runs.clear();
        JdbcTemplate template = new JdbcTemplate(rig.dataSource());
        String node = RouteScope.readOnly()
                .call(() -> template.execute((Connection connection) -> {
                    connection.setAutoCommit(false);
                    Rig.read(connection, 1);
                    String answered = readOnANodeThatFailsFirst(connection);
                    connection.commit();
                    return answered;
                }));
        assertThat(runs).hasSize(2).doesNotHaveDuplicates().last().isEqualTo(node);
    }

    @Test
    @Order(1)
    void transactionFromOutsideOfTheCallIsNotContinuedElsewhere() throws Exception {
        runs.clear();
        try (Connection connection = rig.dataSource().getConnection()) {
            connection.setReadOnly(true);
            connection.setAutoCommit(false);
            Rig.read(connection, 1);
            assertThatThrownBy(() -> RouteScope.readOnly().call(() -> readOnANodeThatFailsFirst(connection)))
                    .isInstanceOf(SQLException.class);
        } catch (SQLException closing) {
            assertThat(closing.getMessage())
                    .as("the rollback of a transaction that is lost")
                    .isNotEmpty();
        }
        assertThat(runs).hasSize(1);
    }

    @Test
    @Order(1)
    void failureOfTheCallItselfIsNotRepeated() {
        runs.clear();
        assertThatThrownBy(() -> RouteScope.readOnly().call(() -> {
                    runs.add("run");
                    try {
                        readOnANodeThatFailsFirst(); // is not the first
                        Rig.execute(rig.dataSource(), "select 1/0");
                    } finally {
                        runs.add("end");
                    }
                    return null;
                }))
                .isInstanceOf(IllegalStateException.class);
        assertThat(runs).filteredOn("run"::equals).hasSize(1);
    }

    @Test
    @Order(2)
    void queryThatTheReplayCancelsIsAnsweredByAnotherNode() throws Exception {
        long id = rig.insert("to be vacuumed");
        for (int number = 1; number <= 2; number++) {
            Rig.execute(rig.standby(number).dataSource(), "alter system set max_standby_streaming_delay = '100ms'");
            Rig.execute(rig.standby(number).dataSource(), "select pg_reload_conf()");
        }
        cluster.waitUntilCaughtUp();
        awaitAllUp();
        runs.clear();
        CompletableFuture<String> reading = new CompletableFuture<>();
        Thread reader = new Thread(() -> {
            try {
                reading.complete(RouteScope.readOnly().call(() -> longRead(id)));
            } catch (Exception e) {
                reading.completeExceptionally(e);
            }
        });
        reader.start();
        await().until(() -> !runs.isEmpty());
        // The reader's snapshot keeps the replay of this waiting until the standby cancels it.
        Rig.execute(rig.database.dataSource(), "delete from note where id = " + id);
        Rig.execute(rig.database.dataSource(), "vacuum (freeze, index_cleanup on) note");
        String node = reading.get(60, TimeUnit.SECONDS);
        assertThat(runs).hasSize(2).doesNotHaveDuplicates().last().isEqualTo(node);
    }

    private String longRead(long id) throws SQLException {
        boolean first = runs.isEmpty();
        try (Connection connection = rig.dataSource().getConnection()) {
            connection.setAutoCommit(false);
            connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
            try (PreparedStatement select = connection.prepareStatement("select count(*), pg_sleep(?) from note")) {
                select.setDouble(1, 0);
                try (ResultSet row = select.executeQuery()) {
                    row.next();
                }
                runs.add(Rig.nodeOf(connection));
                select.setDouble(1, first ? 60 : 0);
                select.executeQuery().close();
            }
            connection.commit();
            return Rig.nodeOf(connection);
        }
    }

    @Test
    @Order(3)
    void noReadFailsWhenStandbysAreKilled() throws Exception {
        awaitAllUp();
        try (Load load = Load.reading(rig.router, 4)) {
            await().until(() -> load.acknowledged().size() > 50);
            rig.standby(1).kill();
            int before = load.acknowledged().size();
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> load.acknowledged().size() > before + 100);
            rig.standby(2).kill();
            int again = load.acknowledged().size();
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> load.acknowledged().size() > again + 100);
            load.stop();
            assertThat(load.failures()).isEmpty();
        }
    }

    private void awaitAllUp() {
        await().atMost(Duration.ofSeconds(20))
                .until(() -> rig.router.nodes().stream().allMatch(node -> node.state() == NodeState.UP));
    }
}
