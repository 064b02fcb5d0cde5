package dev.headroom.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import dev.headroom.Deadline;
import dev.headroom.Headroom;
import dev.headroom.RequestContext;
import dev.headroom.router.hikari.HikariNodes;
import dev.headroom.testkit.SharedPostgres;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.datasource.DelegatingDataSource;

/** On which thread, and for how long, a read waits for a connection. */
class AcquireTest {
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

    @Test
    void hikariTellsHowLongItWaits() {
        HikariDataSource pool = rig.pools.get(0);
        assertThat(HikariNodes.node("p", pool).poolTimeout().orElseThrow().get())
                .isEqualTo(Duration.ofMillis(pool.getConnectionTimeout() + pool.getValidationTimeout()));
    }
}
