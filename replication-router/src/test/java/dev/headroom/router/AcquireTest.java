package dev.headroom.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariDataSource;
import dev.headroom.Deadline;
import dev.headroom.Headroom;
import dev.headroom.RequestContext;
import dev.headroom.router.hikari.HikariNodes;
import dev.headroom.testkit.SharedPostgres;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.sql.DataSource;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.jdbc.datasource.DelegatingDataSource;

/** On which thread, and for how long, a read waits for a connection. */
class AcquireTest {
    private static final Duration LONG = Duration.ofSeconds(20);

    /** More readers than may wait by threads of the router's at one time. */
    private static final int MANY = 100;

    @AutoClose
    private final Rig rig = new Rig(SharedPostgres.withStandbys(1), 1, Rig::patient);

    private final Queue<Thread> threads = new ConcurrentLinkedQueue<>();

    /** Notes who takes connections. */
    private final class Noting extends DelegatingDataSource {
        Noting(DataSource pool) {
            super(pool);
        }

        @Override
        public Connection getConnection() throws SQLException {
            threads.add(Thread.currentThread());
            return super.getConnection();
        }
    }

    private ReplicaRouter router(Duration poolTimeout, Duration acquireTimeout) {
        HikariDataSource pool = rig.pools.get(1);
        NodeSpec replica = NodeSpec.of("r1", new Noting(pool))
                .probe(rig.database.jdbcUrl(rig.standby(1)), null, null)
                .poolTimeout(() -> poolTimeout);
        return Rig.patient(ReplicaRouter.builder("main")
                        .primary(HikariNodes.node("p", rig.pools.get(0)))
                        .replica(replica))
                .acquireTimeout(acquireTimeout)
                .primaryFallback(0)
                .positionFallback(0)
                .maxReadWait(Duration.ofMillis(500))
                .build();
    }

    private static void read(ReplicaRouter router) throws Exception {
        RouteScope.readOnly().call(() -> {
            try (Connection connection = router.dataSource().getConnection()) {
                return Rig.read(connection, 1);
            }
        });
    }

    @Test
    void readerTakesItsConnectionItselfFromAPoolThatDoesNotKeepItWaiting() throws Exception {
        try (ReplicaRouter router = router(Duration.ofMillis(200), Duration.ofMillis(200))) {
            read(router);
        }
        assertThat(threads).containsExactly(Thread.currentThread());
    }

    @Test
    void poolThatWouldWaitLongerIsWaitedForByAnotherThread() throws Exception {
        List<Connection> all = new ArrayList<>();
        for (int i = 0; i < rig.pools.get(1).getMaximumPoolSize(); i++) {
            all.add(rig.pools.get(1).getConnection());
        }
        try (ReplicaRouter router = router(Duration.ofSeconds(3), Duration.ofMillis(50))) {
            long start = System.nanoTime();
            assertThatThrownBy(() -> read(router)).isInstanceOf(RouteRefusedException.class);
            assertThat(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start)).isLessThan(2_000);
        } finally {
            for (Connection connection : all) {
                connection.close();
            }
        }
        assertThat(threads).isNotEmpty().doesNotContain(Thread.currentThread());
    }

    @Test
    void writerIsNotKeptByAFullPoolForLongerThanItIsByAFailover() throws Exception {
        HikariDataSource pool = rig.pools.get(0);
        NodeSpec primary = NodeSpec.of("p", new Noting(pool))
                .probe(rig.database.jdbcUrl(), null, null)
                .pool(HikariNodes.node("p", pool).pool().orElseThrow())
                .poolTimeout(() -> Duration.ofSeconds(30));
        CountingMeters meters = new CountingMeters();
        List<Connection> all = new ArrayList<>();
        try (ReplicaRouter router = Rig.patient(ReplicaRouter.builder("main")
                                .primary(primary)
                                .replica(HikariNodes.node("r1", rig.pools.get(1))))
                        .failoverWait(Duration.ofMillis(200))
                        .build();
                Headroom headroom =
                        Headroom.builder("test").meters(meters).plug(router).build()) {
            assertThat(headroom).isNotNull();
            for (int i = 0; i < pool.getMaximumPoolSize(); i++) {
                all.add(pool.getConnection());
            }
            assertThatThrownBy(() -> Rig.insert(router.dataSource().getConnection(), "never"))
                    .isInstanceOf(SQLTransientConnectionException.class)
                    .hasMessageMatching("p: no connection within (1\\d\\d|200) ms"
                            + " \\(total=10, active=10, idle=0, waiting=\\d+, most=10\\)");
            assertThat(meters.count(RouterMeters.ACQUIRE_FAILURES, "router", "main", "node", "p"))
                    .isEqualTo(1);
            assertThat(threads).hasSize(1).doesNotContain(Thread.currentThread());
            RequestContext late = RequestContext.builder()
                    .deadline(Deadline.after(Duration.ofMillis(50)))
                    .build();
            assertThatThrownBy(
                            () -> late.call(() -> Rig.insert(router.dataSource().getConnection(), "never")))
                    .isInstanceOf(SQLTransientConnectionException.class);
            all.remove(0).close();
            try (Connection connection = router.dataSource().getConnection()) {
                assertThat(Rig.insert(connection, "in time")).isPositive();
            }
        } finally {
            for (Connection connection : all) {
                connection.close();
            }
        }
    }

    @Test
    void poolThatBreaksFailsTheUnitAtOnceAndNotWhenItsTimeIsUp() throws Exception {
        NodeSpec primary = NodeSpec.of("p", new DelegatingDataSource(rig.pools.get(0)) {
                    @Override
                    public Connection getConnection() {
                        throw new NoClassDefFoundError("on purpose");
                    }
                })
                .probe(rig.database.jdbcUrl(), null, null);
        try (ReplicaRouter router = Rig.patient(ReplicaRouter.builder("main")
                        .primary(primary)
                        .replica(HikariNodes.node("r1", rig.pools.get(1))))
                .build()) {
            assertThatThrownBy(() -> Rig.insert(router.dataSource().getConnection(), "never"))
                    .isInstanceOf(SQLTransientConnectionException.class)
                    .hasRootCauseInstanceOf(NoClassDefFoundError.class);
        }
    }

    /** DBCP2 and Agroal throw a plain {@link SQLException}, JDBC has its own. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void poolThatSaysInItsOwnWayThatItIsFullIsWaitedForAsLongAsTheRouterSays(boolean plain) throws Exception {
        HikariDataSource pool = rig.pools.get(0);
        NodeSpec node = HikariNodes.node("p", pool);
        TimedPool hikari = node.timed().orElseThrow();
        TimedPool other = new TimedPool() {
            @Override
            public Connection connection(Duration most) throws SQLException {
                try {
                    return hikari.connection(most);
                } catch (SQLException full) {
                    throw plain ? new SQLException("full") : new SQLTimeoutException("full");
                }
            }

            @Override
            public Duration longestTrial() {
                return Duration.ZERO;
            }
        };
        List<Connection> all = new ArrayList<>();
        try (ReplicaRouter router = Rig.patient(ReplicaRouter.builder("main")
                        .primary(node.timed(other))
                        .replica(HikariNodes.node("r1", rig.pools.get(1))))
                .failoverWait(LONG)
                .build()) {
            for (int i = 0; i < pool.getMaximumPoolSize(); i++) {
                all.add(pool.getConnection());
            }
            CompletableFuture<Long> id = CompletableFuture.supplyAsync(() -> {
                try (Connection connection = router.dataSource().getConnection()) {
                    return Rig.insert(connection, "after 200 ms");
                } catch (SQLException e) {
                    throw new IllegalStateException(e);
                }
            });
            await().during(Duration.ofMillis(200)).until(() -> !id.isDone());
            all.remove(0).close();
            assertThat(id.get(LONG.toSeconds(), TimeUnit.SECONDS)).isPositive();
        } finally {
            for (Connection connection : all) {
                connection.close();
            }
        }
    }

    /** What HikariCP throws when its time is up has its last failure to connect as cause and state. */
    @Test
    void primaryThatRefusesFurtherConnectionsIsNotTakenForLost() throws Exception {
        AtomicBoolean refusing = new AtomicBoolean();
        DataSource server = new DelegatingDataSource(rig.database.dataSource()) {
            @Override
            public Connection getConnection() throws SQLException {
                if (refusing.get()) {
                    throw new SQLException("refused", "08001");
                }
                return super.getConnection();
            }
        };
        CountingMeters meters = new CountingMeters();
        try (HikariDataSource pool = new HikariDataSource()) {
            pool.setDataSource(server);
            pool.setValidationTimeout(250); // so that the writer asks the pool itself
            pool.setMinimumIdle(0);
            try (ReplicaRouter router = Rig.patient(ReplicaRouter.builder("main")
                                    .primary(HikariNodes.node("p", pool).probe(rig.database.jdbcUrl(), null, null))
                                    .replica(HikariNodes.node("r1", rig.pools.get(1))))
                            .failoverWait(LONG)
                            .build();
                    Headroom headroom =
                            Headroom.builder("test").meters(meters).plug(router).build()) {
                assertThat(headroom).isNotNull();
                Connection lent = pool.getConnection();
                refusing.set(true);
                CompletableFuture<Long> id = CompletableFuture.supplyAsync(() -> {
                    try (Connection connection = router.dataSource().getConnection()) {
                        return Rig.insert(connection, "when there is one");
                    } catch (SQLException e) {
                        throw new IllegalStateException(e);
                    }
                });
                await().during(Duration.ofMillis(400)).until(() -> !id.isDone());
                lent.close();
                assertThat(id.get(LONG.toSeconds(), TimeUnit.SECONDS)).isPositive();
                assertThat(meters.count(RouterMeters.FAILOVER_WAIT, "router", "main"))
                        .as("units that waited for a primary")
                        .isZero();
            }
        }
    }

    @Test
    void sixtyFifthReaderIsNotRefusedWhileConnectionsAreIdle() throws Exception {
        HikariDataSource pool = rig.pools.get(1);
        CountDownLatch waiting = new CountDownLatch(64);
        CountDownLatch go = new CountDownLatch(1);
        NodeSpec replica = NodeSpec.of("r1", new DelegatingDataSource(pool) {
                    @Override
                    public Connection getConnection() throws SQLException {
                        waiting.countDown();
                        try {
                            go.await();
                        } catch (InterruptedException e) {
                            throw new SQLException(e);
                        }
                        return super.getConnection();
                    }
                })
                .probe(rig.database.jdbcUrl(rig.standby(1)), null, null)
                .pool(HikariNodes.node("r1", pool).pool().orElseThrow());
        ExecutorService readers = Executors.newFixedThreadPool(MANY);
        try (ReplicaRouter router = Rig.patient(ReplicaRouter.builder("main")
                        .primary(HikariNodes.node("p", rig.pools.get(0)))
                        .replica(replica))
                .acquireTimeout(LONG)
                .maxReadWait(LONG)
                .primaryFallback(0)
                .positionFallback(0)
                .build()) {
            List<Future<String>> nodes = new ArrayList<>();
            for (int i = 0; i < MANY; i++) {
                nodes.add(readers.submit(() -> Rig.readOn(router)));
            }
            waiting.await();
            await().during(Duration.ofMillis(300)).until(() -> nodes.stream().noneMatch(Future::isDone));
            go.countDown();
            for (Future<String> node : nodes) {
                assertThat(node.get(60, TimeUnit.SECONDS)).isEqualTo("r1");
            }
        } finally {
            go.countDown();
            readers.shutdownNow();
        }
    }

    @Test
    void hikariIsToldHowLongToWait() throws Exception {
        HikariDataSource pool = rig.pools.get(0);
        TimedPool timed = HikariNodes.node("p", pool).timed().orElseThrow();
        assertThat(timed.able()).isTrue();
        assertThat(timed.longestTrial()).isEqualTo(Duration.ofMillis(pool.getValidationTimeout()));
        timed.connection(Duration.ofMillis(200)).close();
        HikariDataSource suspended = new HikariDataSource();
        suspended.setAllowPoolSuspension(true);
        assertThat(HikariNodes.node("p", suspended).timed())
                .as("may keep callers for ever")
                .isEmpty();
        HikariDataSource own = new HikariDataSource() {
            @Override
            public Connection getConnection() throws SQLException {
                return super.getConnection();
            }
        };
        assertThat(HikariNodes.node("p", own).timed()).as("may do more").isEmpty();
        assertThat(HikariNodes.node("p", new HikariDataSource())
                        .timed()
                        .orElseThrow()
                        .able())
                .as("not started")
                .isFalse();
    }

    @Test
    void hikariTellsHowLongItWaits() {
        HikariDataSource pool = rig.pools.get(0);
        assertThat(HikariNodes.node("p", pool).poolTimeout().orElseThrow().get())
                .isEqualTo(Duration.ofMillis(pool.getConnectionTimeout() + pool.getValidationTimeout()));
    }
}
