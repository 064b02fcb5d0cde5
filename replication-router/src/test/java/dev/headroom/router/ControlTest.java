package dev.headroom.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.headroom.testkit.PostgresCluster;
import dev.headroom.testkit.PostgresNode;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.TestMethodOrder;

/** What people do to a router while it is used. */
@TestInstance(Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ControlTest {
    private static final Duration LONG = Duration.ofSeconds(30);

    @AutoClose
    private final PostgresCluster cluster =
            PostgresCluster.builder().standbys(2).start();

    private final Rig rig = new Rig(cluster, 2, options -> Rig.patient(options).failoverWait(Duration.ofMinutes(2)));
    private final RouterControl control = rig.router.control();

    @AfterAll
    void close() {
        rig.close();
    }

    @Test
    @Order(1)
    void drainedReplicaGetsNoReadsAndNoneFails() throws Exception {
        try (Load load = Load.reading(rig.router, 4)) {
            await().atMost(LONG).until(() -> rig.status("r1").reads() > 20);
            assertThat(control.drain("r1", LONG)).isTrue();
            assertThat(rig.status("r1").state()).isEqualTo(NodeState.DRAINED);
            // A reader that had chosen it just before counts, though it goes elsewhere.
            long[] drained = {-1};
            await().atMost(LONG)
                    .until(() -> drained[0] == (drained[0] = rig.status("r1").reads()));
            long others = rig.status("r2").reads();
            await().atMost(LONG).until(() -> rig.status("r2").reads() > others + 50);
            assertThat(rig.status("r1").reads()).isEqualTo(drained[0]);

            control.resume("r1");
            await().atMost(LONG).until(() -> rig.status("r1").reads() > drained[0] + 10);
            load.stop();
            assertThat(load.failures()).isEmpty();
        }
    }

    @Test
    @Order(1)
    void drainWaitsForWhatRunsThere() throws Exception {
        try (Connection reading = rig.dataSource().getConnection()) {
            reading.setReadOnly(true);
            reading.setAutoCommit(false);
            Rig.read(reading, 1);
            String node = Rig.nodeOf(reading);
            assertThat(control.drain(node, Duration.ofMillis(50))).isFalse();
            assertThat(Rig.read(reading, 1).node()).isEqualTo(node);
            reading.commit();
            reading.close();
            assertThat(control.drain(node, LONG)).isTrue();
            control.resume(node);
        }
    }

    @Test
    @Order(1)
    void whatCannotBeDoneIsRefused() {
        assertThatThrownBy(() -> control.drain("p", LONG))
                .hasMessage("node: p (expected: not the primary; see switchOver)");
        assertThatThrownBy(() -> control.resume("r9")).hasMessage("node: r9 (expected: one of [p, r1, r2])");
        assertThatThrownBy(() -> control.switchOver("p", LONG, () -> null))
                .hasMessage("to: p (expected: a replica that answers and follows the primary)");
    }

    @Test
    @Order(1)
    void writesAreRefusedAtOnceWhileReadsGoOn() throws Exception {
        long id = rig.insert("before");
        try (Connection begun = rig.dataSource().getConnection();
                Connection autoCommit = rig.dataSource().getConnection();
                PreparedStatement kept = autoCommit.prepareStatement("insert into note (text) values ('kept')")) {
            begun.setAutoCommit(false);
            Rig.insert(begun, "begun");
            Rig.insert(autoCommit, "auto-commit");
            kept.executeUpdate();
            control.refuseWrites(true);
            try {
                assertThat(control.refusesWrites()).isTrue();
                assertThatThrownBy(() -> rig.insert("never"))
                        .isInstanceOfSatisfying(
                                RouteRefusedException.class,
                                refused -> assertThat(refused.decision())
                                        .isEqualTo(rig.router.decide(RouteScope.primary()))
                                        .isEqualTo(new RouteDecision.Refused(RouteDecision.Reason.WRITES_REFUSED)));
                assertThatThrownBy(() -> Rig.insert(autoCommit, "never")).isInstanceOf(RouteRefusedException.class);
                assertThatThrownBy(kept::executeUpdate).isInstanceOf(RouteRefusedException.class);
                assertThat(rig.read(id).seen()).isTrue();
                begun.commit();
            } finally {
                control.refuseWrites(false);
            }
        }
        assertThat(rig.insert("after")).isPositive();
    }

    @Test
    @Order(2)
    void switchOverThatCannotBeFinishedLeavesAllAsItWas() throws Exception {
        try (Connection writing = rig.dataSource().getConnection()) {
            writing.setAutoCommit(false);
            Rig.insert(writing, "long");
            assertThatThrownBy(() -> control.switchOver("r1", Duration.ofMillis(100), () -> {
                        throw new AssertionError("not before all writes have ended");
                    }))
                    .isInstanceOf(TimeoutException.class)
                    .hasMessageContaining("units that may write still run after PT0.1S");
            writing.commit();
        }
        assertThat(rig.insert("as before")).isPositive();
        assertThat(Rig.nodeOf(rig.router.decide(RouteScope.primary()))).isEqualTo("p");
    }

    @Test
    @Order(3)
    void switchOverUnderLoadFailsNoWriteAndLosesNone() throws Exception {
        PostgresNode former = cluster.primary();
        PostgresNode next = rig.standby(1);
        try (Connection changed = changedOnPrimary();
                Load load = Load.writing(rig.router, 4)) {
            await().atMost(LONG).until(() -> load.acknowledged().size() > 20);
            long start = System.nanoTime();
            control.switchOver("r1", LONG, () -> {
                next.promote();
                return null;
            });
            System.out.println("switch-over: " + (System.nanoTime() - start) / 1_000_000 + " ms");
            long onFormer = count(former);
            int soFar = load.acknowledged().size();
            await().atMost(LONG).until(() -> load.acknowledged().size() > soFar + 50);
            load.stop();
            assertThat(load.failures()).isEmpty();
            assertThat(count(former)).isEqualTo(onFormer);
            // What the other tests wrote, and every acknowledged write.
            assertThat(count(next)).isGreaterThanOrEqualTo(load.acknowledged().size());
            assertThat(countOfLoad(next)).isEqualTo(load.acknowledged().size());
            // What only reads was not cut off, but shows nothing that was written since.
            assertThatThrownBy(() -> Rig.read(changed, 1))
                    .isInstanceOfSatisfying(
                            SQLException.class,
                            refused -> assertThat(refused.getSQLState()).isEqualTo("24000"))
                    .hasMessageContaining("its session was changed on p, which no longer takes the writes");
        }
        assertThat(rig.status("p").state()).isEqualTo(NodeState.FENCED);
    }

    /** A connection that only reads, on the primary, whose session can't be taken elsewhere. */
    private Connection changedOnPrimary() throws Exception {
        return RouteScope.primary().call(() -> {
            Connection connection = rig.dataSource().getConnection();
            connection.setReadOnly(true);
            try (Statement statement = connection.createStatement()) {
                statement.execute("set application_name = 'changed'");
            }
            assertThat(connection.unwrap(Routed.class).tainted()).isTrue();
            return connection;
        });
    }

    private long count(PostgresNode node) throws SQLException {
        return number(node, "select count(*) from note");
    }

    private long countOfLoad(PostgresNode node) throws SQLException {
        return number(node, "select count(*) from note where text like 'load %'");
    }

    private long number(PostgresNode node, String sql) throws SQLException {
        try (Connection connection = rig.database.dataSource(node).getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getLong(1);
        }
    }
}
