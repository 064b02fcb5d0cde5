package dev.headroom.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariDataSource;
import dev.headroom.router.hikari.HikariNodes;
import dev.headroom.testkit.SharedPostgres;
import dev.headroom.testkit.TcpProxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** A pool that would wait for long by itself is waited for no longer than the router says, and costs no thread while connections are idle. */
class PatientPoolTest {
    @AutoClose
    private final Rig rig = new Rig(SharedPostgres.withStandbys(1), 1, Rig::patient);

    private final Queue<Thread> threads = new ConcurrentLinkedQueue<>();

    /** HikariCP's pool with the time-outs that it has when nothing is said, behind a proxy that can swallow all. */
    private static HikariDataSource patientPool(String url, int size) {
        HikariDataSource pool = new HikariDataSource();
        pool.setJdbcUrl(url);
        pool.setMaximumPoolSize(size);
        return pool;
    }

    /** HikariCP's, noting who takes connections. */
    private record NotingTimed(TimedPool pool, Queue<Thread> takers) implements TimedPool {
        @Override
        public boolean able() {
            return pool.able();
        }

        @Override
        public Connection connection(Duration most) throws SQLException {
            takers.add(Thread.currentThread());
            return pool.connection(most);
        }

        @Override
        public Duration longestTrial() {
            return pool.longestTrial();
        }
    }

    private NodeSpec noting(String name, HikariDataSource pool) {
        NodeSpec node = HikariNodes.node(name, pool);
        return node.timed(new NotingTimed(node.timed().orElseThrow(), threads));
    }

    /** Counts how many calls to the pool ended, and how. */
    private static NodeSpec counting(NodeSpec node, AtomicInteger given, AtomicInteger gaveUp) {
        TimedPool pool = node.timed().orElseThrow();
        return node.timed(new TimedPool() {
            @Override
            public Connection connection(Duration most) throws SQLException {
                try {
                    Connection connection = pool.connection(most);
                    given.incrementAndGet();
                    return connection;
                } catch (SQLException full) {
                    gaveUp.incrementAndGet();
                    throw full;
                }
            }

            @Override
            public Duration longestTrial() {
                return pool.longestTrial();
            }
        });
    }

    private ReplicaRouterBuilder patient(HikariDataSource pool) {
        return patient(noting("r1", pool));
    }

    private ReplicaRouterBuilder patient(NodeSpec replica) {
        return ReplicaRouter.builder("patient")
                .primary(noting("p", rig.pools.get(0)))
                .replica(replica)
                .probeTimeout(Duration.ofSeconds(30))
                .waitForReplica(Duration.ofSeconds(3))
                .staleness(Duration.ofSeconds(20), Duration.ofSeconds(60));
    }

    @Test
    void idleConnectionOfAPatientPoolIsTakenOnTheCallersOwnThread() throws Exception {
        try (HikariDataSource pool = patientPool(rig.database.jdbcUrl(rig.standby(1)), 4);
                ReplicaRouter router =
                        patient(pool).acquireTimeout(Duration.ofSeconds(3)).build()) {
            pool.getConnection().close();
            for (int i = 0; i < 200; i++) {
                assertThat(Rig.readOn(router)).isEqualTo("r1");
                try (Connection connection = router.dataSource().getConnection()) {
                    Rig.insert(connection, "idle");
                }
            }
        }
        // Only after a pause, which a busy machine may make, it is tried out by another thread.
        long own = threads.stream().filter(Thread.currentThread()::equals).count();
        assertThat(own).isGreaterThan(threads.size() / 2).isGreaterThan(100);
    }

    @Test
    void fullPatientPoolKeepsAReaderForNoLongerThanTheRouterSays() throws Exception {
        AtomicInteger given = new AtomicInteger();
        AtomicInteger gaveUp = new AtomicInteger();
        try (HikariDataSource pool = patientPool(rig.database.jdbcUrl(rig.standby(1)), 1);
                ReplicaRouter router = patient(counting(HikariNodes.node("r1", pool), given, gaveUp))
                        .acquireTimeout(Duration.ofMillis(20))
                        .build();
                Connection last = pool.getConnection()) {
            assertThat(last.isClosed()).isFalse();
            for (int i = 0; i < 80; i++) { // more than may wait by other threads
                assertThat(Rig.readOn(router)).isEqualTo("p");
            }
            // Each has asked the pool, whose own time is 30 s, and none stands there any more.
            await().atMost(Duration.ofSeconds(15)).until(() -> given.get() + gaveUp.get() >= 80);
            assertThat(given).hasValue(0);
        }
    }

    /** What has lain idle is tried out first, for five seconds. */
    @Test
    void nodeThatHangsKeepsNoReaderOfAPatientPool() throws Exception {
        try (TcpProxy proxy = TcpProxy.to(rig.standby(1));
                HikariDataSource pool = patientPool(
                        rig.database
                                .jdbcUrl(rig.standby(1))
                                .replace(Rig.address(rig.standby(1)), proxy.host() + ":" + proxy.port()),
                        4);
                ReplicaRouter router = patient(pool).build()) {
            await().until(() -> Rig.readOn(router).equals("r1"));
            await().until(() -> pool.getHikariPoolMXBean().getIdleConnections() == 4);
            await().during(Duration.ofMillis(700)).until(() -> true); // then HikariCP tries out what it lends
            proxy.blackHole();
            long start = System.nanoTime();
            assertThat(Rig.readOn(router)).isEqualTo("p");
            assertThat(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start)).isLessThan(4_000);
            assertThat(router.nodes().get(1).state()).as("not known to be down").isEqualTo(NodeState.UP);
        }
    }

    @Test
    void writerOfAPatientPoolFollowsThePlaceOfThePrimaryAndIsKeptNoLongerThanTheRouterSays() throws Exception {
        try (HikariDataSource pool = patientPool(rig.database.jdbcUrl(), 1);
                ReplicaRouter router = Rig.patient(ReplicaRouter.builder("main")
                                .primary(HikariNodes.node("p", pool))
                                .replica(HikariNodes.node("r1", rig.pools.get(1))))
                        .failoverWait(Duration.ofMillis(300))
                        .build();
                Connection last = pool.getConnection()) {
            assertThat(last.isClosed()).isFalse();
            long start = System.nanoTime();
            assertThatThrownBy(() -> Rig.insert(router.dataSource().getConnection(), "never"))
                    .isInstanceOf(SQLTransientConnectionException.class);
            assertThat(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start)).isBetween(290L, 10_000L);
        }
    }

    @Test
    void whatIsAskedBeforeTheFirstStatementWaitsForNoFullPoolForLongerThanAUnitDoes() throws Exception {
        try (HikariDataSource primary = patientPool(rig.database.jdbcUrl(), 1);
                HikariDataSource replica = patientPool(rig.database.jdbcUrl(rig.standby(1)), 1);
                ReplicaRouter router = Rig.patient(ReplicaRouter.builder("main")
                                .primary(HikariNodes.node("p", primary))
                                .replica(HikariNodes.node("r1", replica)))
                        .failoverWait(Duration.ofMillis(200))
                        .maxReadWait(Duration.ofMillis(200))
                        .build();
                Connection one = primary.getConnection();
                Connection two = replica.getConnection()) {
            assertThat(one.isClosed() || two.isClosed()).isFalse();
            long start = System.nanoTime();
            assertThatThrownBy(() ->
                            router.dataSource().getConnection().getMetaData().getURL())
                    .isInstanceOf(SQLTransientConnectionException.class);
            assertThat(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start)).isLessThan(20_000);
        }
    }
}
