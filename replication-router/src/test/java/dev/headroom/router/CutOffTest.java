package dev.headroom.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcConnectionPool;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.datasource.DelegatingDataSource;

/** What becomes of the units on a primary whose place another node takes. */
class CutOffTest {
    private static final Duration LONG = Duration.ofSeconds(30);
    private static final String URL = "jdbc:h2:mem:cutoff;DB_CLOSE_DELAY=-1";
    private static final int MANY = 40;

    private final JdbcConnectionPool pool = JdbcConnectionPool.create(URL, "sa", "");
    private final ToldRoles roles = new ToldRoles();
    private final CountDownLatch cut = new CountDownLatch(1);
    private final AtomicInteger cutting = new AtomicInteger();
    private final AtomicInteger emptied = new AtomicInteger();
    private ReplicaRouter router;

    @BeforeEach
    void start() {
        pool.setMaxConnections(MANY + 10);
        Rig.execute(pool, "create table note (id int)");
        roles.primary("n1");
        router = Rig.patient(ReplicaRouter.builder("cut"))
                .dialect(roles)
                .probeTimeout(Duration.ofSeconds(1))
                .primary(node("n1", slowToAbort(pool)).evictAll(emptied::incrementAndGet))
                .replica(node("n2", pool))
                .probeEvery(Duration.ofMillis(20))
                .build();
    }

    private static NodeSpec node(String name, DataSource source) {
        return NodeSpec.of(name, source).probe(URL, "sa", "").evict(connection -> {});
    }

    /** Its connections are cut only when the test says so. */
    private DataSource slowToAbort(DataSource source) {
        return new DelegatingDataSource(source) {
            @Override
            public Connection getConnection() throws SQLException {
                Connection real = super.getConnection();
                return (Connection) Proxy.newProxyInstance(
                        CutOffTest.class.getClassLoader(),
                        new Class<?>[] {Connection.class},
                        (self, method, arguments) -> {
                            if (method.getName().equals("abort")) {
                                cutting.incrementAndGet();
                                cut.await();
                            }
                            try {
                                return method.invoke(real, arguments);
                            } catch (InvocationTargetException e) {
                                throw e.getCause();
                            }
                        });
            }
        };
    }

    @AfterEach
    void stop() {
        cut.countDown();
        router.close();
        Rig.execute(pool, "shutdown");
        pool.dispose();
    }

    private Connection unit() throws SQLException {
        Connection connection = router.dataSource().getConnection();
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement()) {
            statement.executeUpdate("insert into note values (1)");
        }
        return connection;
    }

    private void promote(String node) {
        roles.primary(node);
        await().atMost(LONG)
                .until(() -> Rig.nodeOf(router.decide(RouteScope.primary())).equals(node));
    }

    @Test
    void unitThatWasCutOffDoesNotCommitThoughItsConnectionLives() throws Exception {
        try (Connection connection = unit()) {
            promote("n2");
            await().atMost(LONG).until(() -> emptied.get() == 1);
            assertThatThrownBy(connection::commit)
                    .isInstanceOfSatisfying(
                            SQLException.class,
                            refused -> assertThat(refused.getSQLState()).isEqualTo("08006"));
        }
        assertThat(rows()).isZero();
    }

    @Test
    void unitThatWasCutOffDoesNotCommitByAStatementEither() throws Exception {
        try (Connection connection = unit()) {
            promote("n2");
            await().atMost(LONG).until(() -> emptied.get() == 1);
            try (Statement statement = connection.createStatement()) {
                assertThatThrownBy(() -> statement.execute("commit"))
                        .isInstanceOfSatisfying(
                                SQLException.class,
                                refused -> assertThat(refused.getSQLState()).isEqualTo("08006"));
            }
        }
        assertThat(rows()).isZero();
    }

    @Test
    void manyUnitsAreCutOffThoughEachHangsAndNobodyWaitsForThem() throws Exception {
        List<Connection> units = new ArrayList<>();
        try {
            for (int i = 0; i < MANY; i++) {
                units.add(unit());
            }
            promote("n2");
            await().atMost(LONG).until(() -> emptied.get() == 1);
            try (Connection next = unit()) {
                assertThat(Rig.nodeOf(next)).isEqualTo("n2");
                next.commit();
            }
            await().atMost(LONG).until(() -> cutting.get() == MANY);
            cut.countDown();
        } finally {
            for (Connection connection : units) {
                connection.close();
            }
        }
        assertThat(rows()).isEqualTo(1);
    }

    @Test
    void nodeIsProbedOnWhateverAProbeHasThrown() {
        roles.fail(new Error("on purpose"));
        await().atMost(LONG).until(() -> router.nodes().stream().allMatch(node -> node.state() == NodeState.DOWN));
        roles.fail(null);
        await().atMost(LONG).until(() -> router.nodes().stream().allMatch(node -> node.state() == NodeState.UP));
    }

    private int rows() throws SQLException {
        try (Connection connection = pool.getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("select count(*) from note")) {
            row.next();
            return row.getInt(1);
        }
    }
}
