package dev.headroom.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.headroom.RequestContext;
import dev.headroom.consistency.ConsistencyToken;
import dev.headroom.router.hikari.HikariNodes;
import dev.headroom.testkit.SharedPostgres;
import dev.headroom.testkit.TcpProxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A client comes from a server that knows of a promotion, to one that can't reach the promoted node. */
@Tag("one-jdk")
class LaterTimelineTest {
    private static final String OF_THE_NEXT_TIMELINE = "v1~main:p2:5";

    @AutoClose
    private final Rig rig = new Rig(SharedPostgres.withStandbys(1), 1, Rig::patient);

    private String over(TcpProxy proxy) {
        return rig.database.jdbcUrl(rig.standby(1)).replace(Rig.address(rig.standby(1)), "127.0.0.1:" + proxy.port());
    }

    private ReplicaRouter router(TcpProxy proxy, String... tags) {
        return Rig.patient(ReplicaRouter.builder("main")
                        .primary(HikariNodes.node("p", rig.pools.get(0)))
                        .replica(HikariNodes.node("r1", rig.pools.get(1))
                                .probe(over(proxy), null, null)
                                .tags(tags)))
                .maxReadWait(Duration.ofMillis(300))
                .waitForReplica(Duration.ofMillis(50))
                .failoverWait(Duration.ofMillis(300))
                .build();
    }

    @Test
    void isNotReadFromAPrimaryThatMayHaveBeenReplaced() throws Exception {
        try (TcpProxy proxy = TcpProxy.to(rig.standby(1));
                ReplicaRouter router = router(proxy)) {
            proxy.cut();
            await().until(() -> router.nodes().get(1).state() == NodeState.DOWN);
            ConsistencyToken token = router.admit(OF_THE_NEXT_TIMELINE);
            assertThat(token.value()).isEqualTo(OF_THE_NEXT_TIMELINE);
            RequestContext request = RequestContext.builder().consistency(token).build();
            assertThatThrownBy(() -> request.call(() -> RouteScope.readOnly().call(() -> {
                        try (var connection = router.dataSource().getConnection()) {
                            return Rig.read(connection, 1);
                        }
                    })))
                    .isInstanceOf(RouteRefusedException.class);

            // All have answered, and there is no such timeline.
            proxy.restore();
            await().until(() -> router.nodes().get(1).state() == NodeState.UP);
            assertThat(router.admit(OF_THE_NEXT_TIMELINE).value()).startsWith("v1~main:p1:");
        }
    }

    @Test
    void noWriteIsTakenAndNothingElseReadByAPrimaryThatMayHaveBeenReplaced() throws Exception {
        try (TcpProxy proxy = TcpProxy.to(rig.standby(1));
                ReplicaRouter router = router(proxy, "reports");
                Connection kept = router.dataSource().getConnection();
                PreparedStatement prepared = kept.prepareStatement("insert into note (text) values ('kept')")) {
            prepared.executeUpdate();
            proxy.cut();
            await().until(() -> router.nodes().get(1).state() == NodeState.DOWN);
            RequestContext later = RequestContext.builder()
                    .consistency(router.admit(OF_THE_NEXT_TIMELINE))
                    .build();
            later.call(() -> {
                assertThat(router.decide(RouteScope.primary()))
                        .isEqualTo(new RouteDecision.Refused(RouteDecision.Reason.NO_PRIMARY));
                refused(router, connection -> Rig.insert(connection, "lost"));
                refused(router, connection -> RouteScope.primary().call(() -> Rig.read(connection, 1)));
                // Its replicas are kept for something else.
                refused(router, connection -> RouteScope.readOnly().call(() -> Rig.read(connection, 1)));
                refused(router, connection -> {
                    connection.setTransactionIsolation(Connection.TRANSACTION_SERIALIZABLE);
                    connection.setReadOnly(true);
                    return Rig.read(connection, 1);
                });
                assertThatThrownBy(prepared::executeUpdate).isInstanceOf(SQLException.class);
                assertThatThrownBy(() -> Rig.insert(kept, "lost")).isInstanceOf(RouteRefusedException.class);
                return null;
            });
            // Who was told of nothing goes on.
            Rig.insert(kept, "as before");
        }
    }

    private interface Work {
        Object on(Connection connection) throws Exception;
    }

    private static void refused(ReplicaRouter router, Work work) throws Exception {
        try (Connection connection = router.dataSource().getConnection()) {
            assertThatThrownBy(() -> work.on(connection))
                    .isInstanceOf(RouteRefusedException.class)
                    .hasMessageContaining("no node takes writes")
                    .hasMessageContaining("the request was told of a later primary");
        }
    }
}
