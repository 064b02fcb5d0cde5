package dev.headroom.router.dialect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.headroom.router.Dialects;
import dev.headroom.router.HeartbeatTable;
import dev.headroom.router.ReplicaRouter;
import java.sql.SQLException;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;

/** The table on H2, whose driver ignores {@code setReadOnly}. */
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
            assertThat(fixed.nodes().get(0).lag()).contains(java.time.Duration.ZERO);
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
}
