package dev.headroom.router;

import static java.util.concurrent.CompletableFuture.runAsync;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.headroom.testkit.DatabaseCluster;
import dev.headroom.testkit.SharedPostgres;
import dev.headroom.testkit.TcpProxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A node falls silent between the last row of a read and the end of its connection. */
@Tag("one-jdk")
class GivingBackTest {
    private static final Duration LONG = Duration.ofSeconds(30);

    private static Rig rig(DatabaseCluster cluster, TcpProxy toPrimary, TcpProxy toReplica) {
        Rig.Ways ways = new Rig.Ways(
                node -> "127.0.0.1:" + (node.port() == cluster.primary().port() ? toPrimary : toReplica).port(), 10);
        return new Rig(
                cluster,
                1,
                ways,
                options -> Rig.patient(options)
                        .probeTimeout(Duration.ofSeconds(1))
                        .primaryFallback(1)
                        .positionFallback(0));
    }

    /** Without a limit by the driver, only somebody else can end the wait. */
    private static void closedInTime(Connection connection, TcpProxy silent) {
        silent.blackHole();
        try {
            CompletableFuture<Void> closed = runAsync(() -> {
                try {
                    connection.close();
                } catch (SQLException e) {
                    throw new IllegalStateException(e);
                }
            });
            assertThat(closed).succeedsWithin(LONG);
        } finally {
            silent.restore();
        }
    }

    private static void awaitUp(Rig rig) {
        await().atMost(LONG)
                .until(() -> rig.router.nodes().stream()
                        .allMatch(node -> node.lastFailure().isEmpty()));
    }

    @Test
    void readThatStoodInForAReplicaGivesItsPermitBackThoughThePrimaryIsSilent() throws Exception {
        DatabaseCluster cluster = SharedPostgres.withStandbys(1);
        try (TcpProxy toPrimary = TcpProxy.to(cluster.primary());
                TcpProxy toReplica = TcpProxy.to(cluster.standbys().get(0));
                Rig rig = rig(cluster, toPrimary, toReplica)) {
            assertThat(rig.router.control().drain("r1", LONG)).isTrue();
            Connection connection = rig.dataSource().getConnection();
            connection.setReadOnly(true);
            assertThat(Rig.read(connection, 1).node()).isEqualTo("p");
            closedInTime(connection, toPrimary);
            awaitUp(rig);
            assertThat(rig.read(1).node()).isEqualTo("p"); // with the only permit there is
            assertThat(rig.status("p").inFlight()).isZero();
        }
    }

    @Test
    void transactionThatNothingWasExecutedInIsGivenBackThoughItsReplicaIsSilent() throws Exception {
        DatabaseCluster cluster = SharedPostgres.withStandbys(1);
        try (TcpProxy toPrimary = TcpProxy.to(cluster.primary());
                TcpProxy toReplica = TcpProxy.to(cluster.standbys().get(0));
                Rig rig = rig(cluster, toPrimary, toReplica)) {
            Connection connection = rig.dataSource().getConnection();
            connection.setReadOnly(true);
            connection.setAutoCommit(false);
            connection.setSavepoint();
            assertThat(Rig.nodeOf(connection)).isEqualTo("r1");
            closedInTime(connection, toReplica);
            awaitUp(rig);
            assertThat(rig.read(1).node()).isEqualTo("r1");
        }
    }
}
