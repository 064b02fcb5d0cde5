package dev.headroom.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.headroom.RequestContext;
import dev.headroom.router.hikari.HikariNodes;
import dev.headroom.testkit.SharedPostgres;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.springframework.jdbc.datasource.DelegatingDataSource;

@TestInstance(Lifecycle.PER_CLASS)
@Tag("one-jdk")
class LagTest {
    private static final long PATIENCE = TimeUnit.SECONDS.toNanos(30);
    private static final Duration FRESH = Duration.ofMillis(500);
    private static final long ANOTHER_ERA = TimeUnit.DAYS.toNanos(10_000);

    @AutoClose
    private final Rig rig = new Rig(SharedPostgres.withStandbys(1), 1, options -> options);

    @AfterEach
    void heal() {
        rig.standby(1).replayDelay(Duration.ZERO);
        rig.standby(1).resumeReplay();
        rig.standby(1).restoreStream();
        rig.standby(1).waitUntilCaughtUp();
    }

    /** A commit and when it had returned. */
    private record Commit(long id, long at) {}

    /** Writes and compares the lag with the age of the oldest commit that the standby does not show; returns the worst of both. */
    private long[] measure(Duration howLong) throws SQLException {
        return measure(howLong, 0, new Latencies());
    }

    /** For so long, and on a busy machine until the lag was so many milliseconds, or for ever so long. */
    private long[] measure(Duration howLong, long lagMillis) throws SQLException {
        return measure(howLong, lagMillis, new Latencies());
    }

    private long[] measure(Duration howLong, long lagMillis, Latencies tooHigh) throws SQLException {
        Deque<Commit> unseen = new ArrayDeque<>();
        long mostTooLow = 0;
        long mostLag = 0;
        long end = System.nanoTime() + howLong.toNanos();
        try (Connection primary = rig.database.dataSource().getConnection();
                Connection standby = rig.database.dataSource(rig.standby(1)).getConnection();
                PreparedStatement newest = standby.prepareStatement("select coalesce(max(id), 0) from note")) {
            while (System.nanoTime() < end || (mostLag < lagMillis && System.nanoTime() < end + PATIENCE)) {
                unseen.add(new Commit(Rig.insert(primary, "lag"), System.nanoTime()));
                // The lag is asked first: what shows only afterwards can't excuse it.
                Duration lag = rig.status("r1").lag().orElse(Duration.ofDays(1));
                long at = System.nanoTime();
                long shown;
                try (ResultSet row = newest.executeQuery()) {
                    row.next();
                    shown = row.getLong(1);
                }
                while (!unseen.isEmpty() && unseen.peek().id() <= shown) {
                    unseen.poll();
                }
                // Still unseen now, so it was unseen when the lag was asked.
                long truth = unseen.isEmpty() ? 0 : at - unseen.peek().at();
                mostTooLow = Math.max(mostTooLow, truth - lag.toNanos() - TimeUnit.MILLISECONDS.toNanos(1));
                mostLag = Math.max(mostLag, lag.toMillis());
                tooHigh.add(Math.max(0, lag.toNanos() - truth));
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
            }
        }
        return new long[] {mostTooLow, mostLag};
    }

    @Test
    void neverTooLowWhileHealthy() throws Exception {
        assertThat(measure(Duration.ofMillis(700))[0]).isLessThanOrEqualTo(0);
    }

    @Test
    void neverTooLowWhileReplayIsDelayed() throws Exception {
        rig.standby(1).replayDelay(Duration.ofMillis(400));
        long[] measured = measure(Duration.ofMillis(900), 300);
        assertThat(measured[0]).isLessThanOrEqualTo(0);
        assertThat(measured[1]).isGreaterThanOrEqualTo(300);
    }

    @Test
    void neverTooLowWhileReplayIsPaused() throws Exception {
        rig.standby(1).pauseReplay();
        long[] measured = measure(Duration.ofMillis(800), 700);
        assertThat(measured[0]).isLessThanOrEqualTo(0);
        assertThat(measured[1]).isGreaterThanOrEqualTo(700);
    }

    @Test
    void neverTooLowWhileTheStreamIsCut() throws Exception {
        rig.standby(1).cutStream();
        long[] measured = measure(Duration.ofMillis(800), 700);
        assertThat(measured[0]).isLessThanOrEqualTo(0);
        assertThat(measured[1]).isGreaterThanOrEqualTo(700);
        assertThat(rig.status("r1").state()).isEqualTo(NodeState.LATE);
    }

    @Test
    @Tag("soak")
    void figuresOfTheLag() throws Exception {
        figures("healthy", () -> {});
        figures("delayed by 400 ms", () -> rig.standby(1).replayDelay(Duration.ofMillis(400)));
        figures("paused", () -> rig.standby(1).pauseReplay());
        figures("cut off", () -> rig.standby(1).cutStream());
    }

    private void figures(String state, Runnable fault) throws SQLException {
        heal();
        fault.run();
        Latencies tooHigh = new Latencies();
        long[] measured = measure(Duration.ofSeconds(20), 0, tooHigh);
        System.out.printf(
                "soak: lag, probes every 50 ms, standby %s: too low %d ms at most; too high by %s%n",
                state, Math.max(0, TimeUnit.NANOSECONDS.toMillis(measured[0])), tooHigh);
        assertThat(measured[0]).isLessThanOrEqualTo(0);
    }

    @Test
    void idlePrimaryMakesNoLag() {
        await().during(Duration.ofMillis(700))
                .atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(rig.status("r1").lag().orElse(Duration.ofDays(1)))
                        .isLessThan(Duration.ofMillis(500)));
    }

    /** A clock of the router's own that no server has, no table but the application's, and nothing written for the sake of the lag. */
    @Test
    void needsNeitherAHeartbeatTableNorClocksThatAgree() throws Exception {
        try (ReplicaRouter router = rig.secondRouter(
                options -> options.ticker(() -> System.nanoTime() + ANOTHER_ERA).probeEvery(Duration.ofMillis(20)))) {
            await().atMost(Duration.ofSeconds(60)).ignoreExceptions().untilAsserted(() -> {
                long before = position(); // the server itself writes now and then
                await().during(Duration.ofMillis(300))
                        .atMost(Duration.ofSeconds(5))
                        .until(() -> router.nodes()
                                        .get(1)
                                        .lag()
                                        .orElse(Duration.ofDays(1))
                                        .compareTo(FRESH)
                                < 0);
                assertThat(position()).isEqualTo(before);
            });
            try (Connection connection = rig.database.dataSource().getConnection();
                    ResultSet tables = connection.getMetaData().getTables(null, null, "%", new String[] {"TABLE"})) {
                assertThat(tables.next()).isTrue();
                assertThat(tables.getString("TABLE_NAME")).isEqualTo("note");
                assertThat(tables.next()).as("another table").isFalse();
            }
            for (DataSource server : List.of(rig.database.dataSource(), rig.database.dataSource(rig.standby(1)))) {
                assertThat(asked(server))
                        .anyMatch(query -> query.contains("pg_last_wal_replay_lsn")) // the probe
                        .allSatisfy(query -> assertThat(query)
                                .doesNotContainPattern("now\\(|clock_timestamp|current_timestamp|replay_timestamp"));
            }
            rig.standby(1).pauseReplay();
            Rig.execute(rig.database.dataSource(), "insert into note (text) values ('unseen')");
            long written = System.nanoTime();
            await().atMost(Duration.ofSeconds(20))
                    .until(() ->
                            router.nodes().get(1).lag().orElse(Duration.ZERO).compareTo(FRESH) > 0);
            Duration lag = router.nodes().get(1).lag().orElseThrow();
            assertThat(lag)
                    .isLessThan(Duration.ofNanos(System.nanoTime() - written).plusSeconds(2));
        }
    }

    /** What others have asked a server last, each on its connection. */
    private static List<String> asked(DataSource server) throws SQLException {
        List<String> queries = new ArrayList<>();
        try (Connection connection = server.getConnection();
                PreparedStatement select = connection.prepareStatement("select query from pg_stat_activity where"
                        + " datname = current_database() and pid <> pg_backend_pid()");
                ResultSet row = select.executeQuery()) {
            while (row.next()) {
                queries.add(row.getString(1));
            }
        }
        return queries;
    }

    private long position() throws SQLException {
        try (Connection connection = rig.database.dataSource().getConnection();
                PreparedStatement asked = connection.prepareStatement("select pg_current_wal_insert_lsn() - '0/0'");
                ResultSet row = asked.executeQuery()) {
            row.next();
            return row.getLong(1);
        }
    }

    /** A statement that is executed again is fresh enough each time, or refused. */
    @Test
    void keptStatementIsNeverStalerThanItsScopeSays() throws Exception {
        RouteScope scope = RouteScope.readOnly().maxStaleness(FRESH);
        inARequest(() -> scope.call(() -> {
            await().atMost(Duration.ofSeconds(20)).until(() -> rig.status("r1").state() == NodeState.UP);
            try (Connection connection = rig.dataSource().getConnection();
                    PreparedStatement newest = connection.prepareStatement("select coalesce(max(id), 0) from note")) {
                rig.standby(1).pauseReplay();
                long id;
                try (Connection primary = rig.database.dataSource().getConnection()) {
                    id = Rig.insert(primary, "of somebody else");
                }
                long written = System.nanoTime();
                while (System.nanoTime() - written < 2 * FRESH.toNanos()) {
                    long begun = System.nanoTime();
                    try (ResultSet row = newest.executeQuery()) {
                        row.next();
                        assertThat(row.getLong(1) >= id || begun - written <= FRESH.toNanos())
                                .as("read " + Duration.ofNanos(begun - written) + " after the write")
                                .isTrue();
                    } catch (SQLException refused) {
                        assertThat(refused.getMessage()).contains("was made on");
                    }
                }
            }
            return null;
        }));
    }

    @Test
    void timeThatAReadWaitsForItsPoolCountsAsWell() throws Exception {
        AtomicBoolean slow = new AtomicBoolean();
        NodeSpec p = HikariNodes.node("p", rig.pools.get(0));
        NodeSpec r1 = HikariNodes.node("r1", rig.pools.get(1));
        AtomicReference<ReplicaRouter> built = new AtomicReference<>();
        DataSource waiting = new DelegatingDataSource(rig.pools.get(1)) {
            @Override
            public Connection getConnection() throws SQLException {
                if (slow.get()) {
                    await().atMost(Duration.ofSeconds(20))
                            .until(() -> built.get()
                                            .nodes()
                                            .get(1)
                                            .lag()
                                            .orElse(Duration.ZERO)
                                            .compareTo(FRESH)
                                    > 0);
                }
                return super.getConnection();
            }
        };
        try (ReplicaRouter router = Rig.patient(ReplicaRouter.builder("main")
                        .primary(p)
                        .replica(NodeSpec.of("r1", waiting)
                                .probe(r1.probe().orElseThrow())
                                .poolTimeout(() -> Duration.ofMillis(100))))
                .waitForReplica(Duration.ofMillis(10))
                .build()) {
            built.set(router);
            RouteScope scope = RouteScope.replica().maxStaleness(FRESH);
            inARequest(() -> scope.call(() -> touch(router)));
            rig.standby(1).pauseReplay();
            Rig.execute(rig.database.dataSource(), "insert into note (text) values ('meanwhile')");
            slow.set(true);
            assertThatThrownBy(() -> inARequest(() -> scope.call(() -> touch(router))))
                    .isInstanceOf(RouteRefusedException.class);
        }
    }

    private static boolean touch(ReplicaRouter router) throws SQLException {
        try (Connection connection = router.dataSource().getConnection()) {
            return Rig.read(connection, 1).seen();
        }
    }

    private static void inARequest(Callable<?> work) throws Exception {
        RequestContext.builder().build().call(work);
    }

    @Test
    void lateReplicaIsLeftForThePrimaryAndThenServedStale() throws Exception {
        rig.standby(1).pauseReplay();
        RequestContext.builder().build().call(() -> rig.insert("of another request"));
        await().until(() -> rig.status("r1").state() == NodeState.LATE);
        RouteDecision decision = rig.router.decide(RouteScope.readOnly());
        assertThat(decision).isEqualTo(new RouteDecision.ToPrimary("p", true, RouteDecision.Reason.TOO_STALE));
        assertThat(Rig.nodeOf(rig.router.decide(RouteScope.readOnly().maxStaleness(Duration.ofMinutes(5)))))
                .isEqualTo("r1");
        assertThat(Rig.nodeOf(rig.router.decide(RouteScope.replica()))).isEqualTo("r1");
    }
}
