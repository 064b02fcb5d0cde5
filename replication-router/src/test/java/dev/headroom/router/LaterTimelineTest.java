package dev.headroom.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.headroom.RequestContext;
import dev.headroom.consistency.ConsistencyToken;
import dev.headroom.router.hikari.HikariNodes;
import dev.headroom.testkit.SharedPostgres;
import dev.headroom.testkit.TcpProxy;
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

    @Test
    void isNotReadFromAPrimaryThatMayHaveBeenReplaced() throws Exception {
        try (TcpProxy proxy = TcpProxy.to(rig.standby(1));
                ReplicaRouter router = Rig.patient(ReplicaRouter.builder("main")
                                .primary(HikariNodes.node("p", rig.pools.get(0)))
                                .replica(
                                        HikariNodes.node("r1", rig.pools.get(1)).probe(over(proxy), null, null)))
                        .maxReadWait(Duration.ofMillis(300))
                        .waitForReplica(Duration.ofMillis(50))
                        .build()) {
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
}
