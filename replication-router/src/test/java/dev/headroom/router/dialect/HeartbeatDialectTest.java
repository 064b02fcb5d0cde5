package dev.headroom.router.dialect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.headroom.router.Dialects;
import dev.headroom.router.HeartbeatTable;
import dev.headroom.router.NodeRole;
import dev.headroom.router.NodeState;
import dev.headroom.router.ReplicaRouter;
import dev.headroom.router.RouteScope;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The table on H2, whose driver ignores {@code setReadOnly}. */
@Tag("one-jdk")
class HeartbeatDialectTest extends DialectContract {
    HeartbeatDialectTest() throws SQLException {
        super(new H2Pair(), false, false);
    }

    @Test
    @Order(1)
    void withoutARoleQueryTheConfiguredPrimaryIsTheOne() {
        HeartbeatTable table = HeartbeatTable.named("headroom_heartbeat");
        try (ReplicaRouter fixed = router(options -> options.dialect(Dialects.heartbeat(table)))) {
            await().atMost(LONG).until(() -> fixed.nodes().get(1).lag().isPresent());
            assertThat(fixed.nodes().get(0).lag()).contains(Duration.ZERO);
        }
    }

    @Test
    @Order(1)
    void whatIsMissingIsSaid() {
        try (ReplicaRouter lost =
                router(options -> options.dialect(Dialects.heartbeat(HeartbeatTable.named("nowhere"))))) {
            assertThat(lost.nodes().get(0).lastFailure().orElse("")).containsIgnoringCase("nowhere");
        }
        try (ReplicaRouter auto = router(options -> options.dialect(Dialects.auto()))) {
            assertThat(auto.nodes().get(1).lastFailure().orElse(""))
                    .contains(
                            "dialect: auto, on H2 (expected: PostgreSQL or MariaDB; for others Dialects.heartbeat(…))");
        }
        assertThatThrownBy(() -> HeartbeatTable.named("a b; drop"))
                .hasMessage("name: a b; drop (expected: letters, digits and underscores)");
    }

    @Test
    @Order(4)
    void nothingIsWrittenToAnOldPrimary() throws Exception {
        assertThat(status("p").state()).isEqualTo(NodeState.FENCED); // since the promotion
        assertThat(status("p").role()).isEqualTo(NodeRole.PRIMARY);
        long before = beat();
        await().during(Duration.ofMillis(400)).atMost(LONG).until(() -> beat() == before);
        // Nor by one who comes later, and is told by configuration that this is the primary.
        try (ReplicaRouter late = router(options -> options)) {
            await().atMost(LONG)
                    .until(() ->
                            Routes.nodeOf(late.decide(RouteScope.primary())).equals("r1"));
            await().during(Duration.ofMillis(400)).atMost(LONG).until(() -> beat() == before);
        }
    }

    private long beat() throws SQLException {
        try (Connection connection = DriverManager.getConnection(pair.url("p"));
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("select beat from headroom_heartbeat")) {
            row.next();
            return row.getLong(1);
        }
    }
}
