package dev.headroom.router;

import static java.util.concurrent.CompletableFuture.runAsync;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.headroom.router.hikari.HikariNodes;
import dev.headroom.testkit.DatabaseCluster;
import dev.headroom.testkit.SharedPostgres;
import dev.headroom.testkit.TcpProxy;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A node falls silent, also between the last row of a read and the end of its connection. */
@Tag("one-jdk")
class GivingBackTest {
    private static final Duration LONG = Duration.ofSeconds(30);

    private static Rig rig(DatabaseCluster cluster, TcpProxy toPrimary, TcpProxy toReplica) {
        Rig.Ways ways = new Rig.Ways(
                node -> "127.0.0.1:" + (node.port() == cluster.primary().port() ? toPrimary : toReplica).port(),
                "",
                10);
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

    /** The pool's connections, of which the first that is aborted takes its time. */
    private static DataSource slowToAbort(DataSource pool, CountDownLatch goOn) {
        AtomicInteger aborts = new AtomicInteger();
        return proxy(DataSource.class, (call, arguments) -> {
            Object answer = call.invoke(pool, arguments);
            return !(answer instanceof Connection connection)
                    ? answer
                    : proxy(Connection.class, (inner, values) -> {
                        if (inner.getName().equals("abort") && aborts.incrementAndGet() == 1) {
                            assertThat(goOn.await(120, TimeUnit.SECONDS)).isTrue();
                        }
                        return inner.invoke(connection, values);
                    });
        });
    }

    private interface Answers {
        Object to(Method call, Object[] arguments) throws Exception;
    }

    private static <T> T proxy(Class<T> type, Answers answers) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(), new Class<?>[] {type}, (self, call, arguments) -> {
                    try {
                        return answers.to(call, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                }));
    }

    @Test
    void unitThatTakesLongToAbortHoldsNoOtherUp() throws Exception {
        DatabaseCluster cluster = SharedPostgres.withStandbys(1);
        CountDownLatch goOn = new CountDownLatch(1);
        try (TcpProxy toPrimary = TcpProxy.to(cluster.primary());
                TcpProxy toReplica = TcpProxy.to(cluster.standbys().get(0));
                Rig rig = rig(cluster, toPrimary, toReplica);
                ReplicaRouter router = Rig.patient(ReplicaRouter.builder("main")
                                .primary(HikariNodes.node("p", rig.pools.get(0)))
                                .replica(NodeSpec.of("r1", slowToAbort(rig.pools.get(1), goOn))
                                        .probe(rig.pools.get(1).getJdbcUrl(), null, null)))
                        .probeTimeout(Duration.ofSeconds(1))
                        .build()) {
            List<CompletableFuture<Void>> hanging =
                    List.of(runAsync(() -> sleep(router)), runAsync(() -> sleep(router)));
            await().atMost(LONG).until(() -> router.nodes().get(1).inFlight() == 2);
            toReplica.blackHole();
            await().atMost(LONG)
                    .until(() ->
                            hanging.stream().filter(CompletableFuture::isDone).count() == 1);
            goOn.countDown();
            hanging.forEach(each -> assertThat(each).succeedsWithin(LONG));
        }
    }

    private static void sleep(ReplicaRouter router) {
        try (Connection connection = router.dataSource().getConnection()) {
            connection.setReadOnly(true);
            try (Statement statement = connection.createStatement()) {
                statement.execute("select pg_sleep(300)");
            }
            throw new IllegalStateException("the read was not aborted");
        } catch (SQLException aborted) {
            // as it must be
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
