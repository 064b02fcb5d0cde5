package dev.headroom.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.headroom.RequestContext;
import dev.headroom.testkit.SharedPostgres;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;

/** One permit for the primary, and a standby that stands still. */
@TestInstance(Lifecycle.PER_CLASS)
@Tag("one-jdk")
class BudgetTest {
    private final Rig rig = new Rig(
            SharedPostgres.withStandbys(1),
            1,
            options -> Rig.patient(options)
                    .staleness(Duration.ofMillis(300), Duration.ofMinutes(5))
                    .waitForReplica(Duration.ZERO)
                    .maxReadWait(Duration.ofMillis(500))
                    .primaryFallback(1)
                    .positionFallback(0));

    @BeforeAll
    void standStill() throws Exception {
        rig.standby(1).pauseReplay();
        request(() -> rig.insert("not on the standby"));
        await().until(() -> rig.status("r1").state() == NodeState.LATE);
    }

    @AfterAll
    void close() {
        rig.standby(1).resumeReplay();
        rig.standby(1).waitUntilCaughtUp();
        rig.close();
    }

    private static <T> T request(Callable<T> work) throws Exception {
        return RequestContext.builder().build().call(work);
    }

    private Connection holdThePermit() throws SQLException {
        return holdThePermit(rig.router);
    }

    private static Connection holdThePermit(ReplicaRouter router) throws SQLException {
        Connection connection = router.dataSource().getConnection();
        connection.setReadOnly(true);
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement()) {
            statement.execute("select 1");
        }
        assertThat(Rig.nodeOf(connection)).isEqualTo("p");
        return connection;
    }

    @Test
    void readsBeyondTheBudgetAreServedStaleWithinTheHardLimit() throws Exception {
        request(() -> {
            try (Connection held = holdThePermit()) {
                assertThat(request(() -> rig.read(1)).node()).isEqualTo("r1");
                assertThat(request(() -> rig.router.decide(RouteScope.readOnly()))
                                .reason())
                        .isEqualTo(RouteDecision.Reason.SERVED_STALE);
                held.rollback();
            }
            return null;
        });
        assertThat(request(() -> rig.read(1)).node())
                .as("when the permit is back")
                .isEqualTo("p");
    }

    @Test
    void readsThatMustSeeAWriteAreRefusedInTimeWhenTheBudgetIsUsedUp() throws Exception {
        try (Connection held = request(this::holdThePermit)) {
            long id = 1;
            long start = System.nanoTime();
            assertThatThrownBy(() -> request(() -> {
                        rig.insert("mine");
                        return rig.read(id);
                    }))
                    .isInstanceOf(RouteRefusedException.class)
                    .hasMessageContaining("permits for the primary=0/1");
            assertThat(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start)).isBetween(400L, 5_000L);
            held.rollback();
        }
    }

    @Test
    void readsThatMustSeeAWriteHavePermitsOfTheirOwn() throws Exception {
        try (ReplicaRouter router = rig.secondRouter(options -> Rig.patient(options)
                        .staleness(Duration.ofMillis(300), Duration.ofMinutes(5))
                        .waitForReplica(Duration.ZERO)
                        .maxReadWait(Duration.ofMillis(500))
                        .primaryFallback(0)
                        .positionFallback(1));
                Connection other = router.dataSource().getConnection()) {
            await().until(() -> router.decide(RouteScope.readOnly()).reason() == RouteDecision.Reason.TOO_STALE);
            request(() -> {
                try (Connection writing = router.dataSource().getConnection()) {
                    writing.setAutoCommit(false);
                    Rig.insert(writing, "mine");
                    writing.commit();
                }
                other.setReadOnly(true);
                other.setAutoCommit(false);
                assertThat(Rig.read(other, 1).node()).as("one that has written").isEqualTo("p");
                assertThatThrownBy(() -> RouteScope.readOnly().call(() -> {
                            try (Connection second = router.dataSource().getConnection()) {
                                return Rig.read(second, 1);
                            }
                        }))
                        .as("when that permit is used up too")
                        .isInstanceOf(RouteRefusedException.class)
                        .hasMessageContaining("permits for the primary=0/1");
                other.rollback();
                return null;
            });
        }
    }

    @Test
    void readIsRefusedAtOnceWhenAsManyWaitAsThereArePermits() throws Exception {
        try (Connection held = request(this::holdThePermit)) {
            RouteScope fresh = RouteScope.readOnly().maxStaleness(Duration.ofMillis(200));
            long fastest = Long.MAX_VALUE;
            for (int attempt = 0; attempt < 3; attempt++) {
                CountDownLatch refused = new CountDownLatch(2);
                long[] nanos = new long[2];
                for (int i = 0; i < 2; i++) {
                    int number = i;
                    new Thread(() -> {
                                long start = System.nanoTime();
                                assertThatThrownBy(() -> request(() -> fresh.call(() -> rig.readInScope(1))))
                                        .isInstanceOf(RouteRefusedException.class);
                                nanos[number] = System.nanoTime() - start;
                                refused.countDown();
                            })
                            .start();
                }
                assertThat(refused.await(60, TimeUnit.SECONDS)).isTrue();
                assertThat(Math.max(nanos[0], nanos[1]))
                        .as("the one that waits")
                        .isGreaterThan(450_000_000L);
                fastest = Math.min(fastest, Math.min(nanos[0], nanos[1]));
            }
            System.out.println("refused at once in " + fastest / 1_000 + " us");
            assertThat(fastest).as("the one that has no prospect").isLessThan(100_000_000L);
            held.rollback();
        }
    }

    @Test
    void scopesOwnLimitIsNeverExceeded() throws Exception {
        try (Connection held = request(this::holdThePermit)) {
            assertThatThrownBy(() -> request(() -> RouteScope.readOnly()
                            .maxStaleness(Duration.ofMillis(200))
                            .call(() -> rig.readInScope(1))))
                    .isInstanceOf(RouteRefusedException.class)
                    .hasMessageContaining("staler than allowed");
            held.rollback();
        }
    }

    @Test
    void readOfAReplicaOnlyNeverCostsAPermit() throws Exception {
        assertThatThrownBy(() -> request(() -> RouteScope.replica()
                        .maxStaleness(Duration.ofMillis(200))
                        .call(() -> rig.readInScope(1))))
                .isInstanceOf(RouteRefusedException.class);
        assertThat(request(() -> RouteScope.replica().call(() -> rig.readInScope(1)))
                        .node())
                .isEqualTo("r1");
    }

    @Test
    void whoHasMerelySeenThePrimaryTakesNoPermitOfThoseWhoHaveWritten() throws Exception {
        try (ReplicaRouter router = rig.secondRouter(options -> Rig.patient(options)
                .staleness(Duration.ofMillis(300), Duration.ofMinutes(5))
                .waitForReplica(Duration.ZERO)
                .primaryFallback(1)
                .positionFallback(1))) {
            await().until(() ->
                    request(() -> router.decide(RouteScope.readOnly())).reason() == RouteDecision.Reason.TOO_STALE);
            request(() -> {
                holdThePermit(router).close(); // has seen the primary
                try (Connection held = request(() -> holdThePermit(router))) {
                    assertThat(router.decide(RouteScope.readOnly())).isNotInstanceOf(RouteDecision.ToPrimary.class);
                    Rig.execute(router.dataSource(), "insert into note (text) values ('written')");
                    await().pollInSameThread()
                            .untilAsserted(() -> assertThat(router.decide(RouteScope.readOnly()))
                                    .isInstanceOf(RouteDecision.ToPrimary.class));
                    held.rollback();
                }
                return null;
            });
        }
    }

    @Test
    void writeInADivertedReadIsRefusedOnThePrimaryAndLeavesNoTraceInThePool() throws Exception {
        request(() -> RouteScope.readOnly().call(() -> {
            try (Connection connection = rig.dataSource().getConnection()) {
                assertThatThrownBy(() -> Rig.insert(connection, "never"))
                        .isInstanceOf(ReadOnlyViolationException.class)
                        .hasMessageContaining("read-only unit on p");
            }
            return null;
        }));
        for (int i = 0; i < 20; i++) {
            assertThat(request(() -> rig.insert("writable"))).isPositive();
        }
    }
}
