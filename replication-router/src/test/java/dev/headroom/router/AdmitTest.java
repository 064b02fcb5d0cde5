package dev.headroom.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.headroom.RequestContext;
import dev.headroom.consistency.ConsistencyToken;
import dev.headroom.router.hikari.HikariNodes;
import dev.headroom.testkit.SharedPostgres;
import dev.headroom.testkit.TcpProxy;
import java.sql.Connection;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** A position that comes with a request, while the primary's probes get no answer. */
class AdmitTest {
    private static final Duration LONG = Duration.ofSeconds(60);

    @AutoClose
    private final Rig rig = new Rig(SharedPostgres.withStandbys(1), 1, Rig::patient);

    @AutoClose
    private final TcpProxy toPrimary =
            TcpProxy.to(SharedPostgres.withStandbys(1).primary());

    /** Its probes of the primary alone go through the proxy. */
    private final ReplicaRouter router = Rig.patient(ReplicaRouter.builder("main")
                    .primary(HikariNodes.node("p", rig.pools.get(0))
                            .probe(
                                    rig.database
                                            .jdbcUrl()
                                            .replace(
                                                    Rig.address(SharedPostgres.withStandbys(1)
                                                            .primary()),
                                                    toPrimary.host() + ":" + toPrimary.port()),
                                    null,
                                    null))
                    .replica(HikariNodes.node("r1", rig.pools.get(1))))
            .probeTimeout(LONG)
            .build();

    private ConsistencyToken written() throws Exception {
        return RequestContext.builder().build().call(() -> {
            try (Connection connection = router.dataSource().getConnection()) {
                connection.setAutoCommit(false);
                Rig.insert(connection, "told by its commit");
                connection.commit();
            }
            return router.consistency().current();
        });
    }

    private static void assertSoon(long start) {
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(LONG.dividedBy(2));
    }

    @Test
    void positionThatACommitOfThisProcessHasToldIsKnownWithoutAProbe() throws Exception {
        try (router) {
            toPrimary.blackHole();
            ConsistencyToken token = written();
            long start = System.nanoTime();
            assertThat(router.admit(token.value())).isEqualTo(token);
            assertSoon(start);
        } finally {
            toPrimary.restore();
        }
    }

    @Test
    void nobodyWaitsForAPrimaryThatIsKnownNotToAnswer() throws Exception {
        try (router) {
            toPrimary.cut();
            await().atMost(LONG.dividedBy(2)).until(() -> router.nodes().get(0).state() == NodeState.DOWN);
            ConsistencyToken beyond = new ConsistencyToken("v1~main:p1:7ffffffffffffff0");
            long start = System.nanoTime();
            for (int i = 0; i < 10; i++) {
                assertThat(router.admit(beyond.value())).isEqualTo(beyond);
            }
            assertSoon(start);
            assertThat(TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - start))
                    .isLessThan(LONG.toSeconds());
        } finally {
            toPrimary.restore();
        }
    }
}
