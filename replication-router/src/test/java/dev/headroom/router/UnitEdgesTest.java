package dev.headroom.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.headroom.Headroom;
import dev.headroom.meter.Counter;
import dev.headroom.meter.Meters;
import dev.headroom.meter.Timer;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcConnectionPool;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What fails, or comes in between, when a unit takes its node's connection or gives it back. */
class UnitEdgesTest {
    private static final Duration LONG = Duration.ofSeconds(30);
    private static final String URL = "jdbc:h2:mem:edges;DB_CLOSE_DELAY=-1";

    /** Comes in between the calls of a node's pool and of its connections. */
    private interface Between {
        void call(Method method, Object[] arguments) throws Exception;
    }

    private static final Between NOTHING = (method, arguments) -> {};

    private final JdbcConnectionPool pool = JdbcConnectionPool.create(URL, "sa", "");
    private final ToldRoles roles = new ToldRoles();
    private final List<String> evicted = new CopyOnWriteArrayList<>();
    private volatile Between onPrimary = NOTHING;
    private volatile Between onReplica = NOTHING;
    private ReplicaRouter router;

    @BeforeEach
    void start() {
        roles.primary("n1");
        router = Rig.patient(ReplicaRouter.builder("edges"))
                .dialect(roles)
                .primary(node("n1", watched((method, arguments) -> onPrimary.call(method, arguments))))
                .replica(node("n2", watched((method, arguments) -> onReplica.call(method, arguments))))
                .primaryFallback(1)
                .positionFallback(0)
                .probeEvery(Duration.ofMillis(20))
                .build();
        await().atMost(LONG).until(() -> router.nodes().stream().allMatch(node -> node.state() == NodeState.UP));
    }

    @AfterEach
    void stop() {
        router.close();
        Rig.execute(pool, "shutdown");
        pool.dispose();
    }

    /** Its pool lets nobody wait, so that the caller takes connections himself. */
    private NodeSpec node(String name, DataSource source) {
        return NodeSpec.of(name, source)
                .probe(URL, "sa", "")
                .poolTimeout(() -> Duration.ZERO)
                .evict(connection -> evicted.add(name));
    }

    private DataSource watched(Between between) {
        return proxy(DataSource.class, pool, between);
    }

    private static <T> T proxy(Class<T> type, T real, Between between) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(), new Class<?>[] {type}, (self, method, arguments) -> {
                    between.call(method, arguments);
                    try {
                        Object answer = method.invoke(real, arguments);
                        return answer instanceof Connection connection
                                ? proxy(Connection.class, connection, between)
                                : answer;
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                }));
    }

    /** The replica's connection is lost at this call, once. */
    private void loseAt(String call, Object... with) {
        AtomicInteger left = new AtomicInteger(1);
        onReplica = (method, arguments) -> {
            boolean same = with.length == 0 || (arguments != null && arguments[0].equals(with[0]));
            if (method.getName().equals(call) && same && left.getAndDecrement() > 0) {
                throw new SQLNonTransientConnectionException("Connection is closed", "08000", 1220);
            }
        };
    }

    private static int one(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("select 1")) {
            row.next();
            return row.getInt(1);
        }
    }

    private int read(boolean inTransaction) throws Exception {
        return RouteScope.readOnly().call(() -> {
            try (Connection connection = router.dataSource().getConnection()) {
                connection.setAutoCommit(!inTransaction);
                int answer = one(connection);
                if (inTransaction) {
                    connection.commit();
                }
                return answer;
            }
        });
    }

    /** MariaDB's driver asks the server for some of these, and finds that the watchdog has closed the connection for others. */
    @ParameterizedTest
    @ValueSource(strings = {"setReadOnly", "getAutoCommit", "setAutoCommit"})
    void readIsAnsweredElsewhereIfItsConnectionIsLostWhenItIsTaken(String call) throws Exception {
        loseAt(call);
        assertThat(read(call.equals("setAutoCommit"))).isEqualTo(1);
        assertThat(evicted).containsExactly("n2");
    }

    @Test
    void statementIsAnsweredElsewhereIfItsConnectionWasLostSinceTheLastOne() throws Exception {
        AtomicInteger runs = new AtomicInteger();
        int answer = RouteScope.readOnly().call(() -> {
            runs.incrementAndGet();
            try (Connection connection = router.dataSource().getConnection()) {
                one(connection);
                if (runs.get() == 1) {
                    loseAt("setAutoCommit");
                }
                connection.setAutoCommit(false);
                int told = one(connection);
                connection.commit();
                return told;
            }
        });
        assertThat(answer).isEqualTo(1);
        assertThat(runs).hasValue(2);
    }

    /** As pools put a connection in order when it comes back, by asking the server. */
    @ParameterizedTest
    @ValueSource(strings = {"setReadOnly", "close"})
    void readThatWasAnsweredDoesNotFailIfItsConnectionIsLostWhenItIsGivenBack(String call) throws Exception {
        if (call.equals("close")) {
            loseAt(call);
        } else {
            loseAt(call, false);
        }
        assertThat(read(false)).isEqualTo(1);
        onReplica = NOTHING;
        await().atMost(LONG).until(() -> router.nodes().get(1).inFlight() == 0);
        assertThat(read(false)).isEqualTo(1);
    }

    @Test
    void connectionIsMadeToTakeWritesAgainAsLongAsItsUnitCanBeCutOff() throws Exception {
        List<Integer> running = new CopyOnWriteArrayList<>();
        onReplica = (method, arguments) -> {
            if (method.getName().equals("setReadOnly") && arguments[0].equals(false)) {
                running.add(router.nodes().get(1).inFlight());
            }
        };
        read(false);
        read(true);
        assertThat(running).containsExactly(1, 1);
    }

    @Test
    void connectionThatIsAbortedWhileItIsTakenIsUsedForNothing() throws Exception {
        CountDownLatch taking = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        onPrimary = (method, arguments) -> {
            if (method.getName().equals("getConnection")) {
                taking.countDown();
                assertThat(go.await(LONG.toSeconds(), TimeUnit.SECONDS)).isTrue();
            }
        };
        try (Connection connection = router.dataSource().getConnection()) {
            CompletableFuture<Void> used = CompletableFuture.runAsync(() -> {
                try {
                    connection.createArrayOf("int", new Object[0]);
                } catch (SQLException refused) {
                    throw new IllegalStateException(refused.getSQLState());
                }
            });
            assertThat(taking.await(LONG.toSeconds(), TimeUnit.SECONDS)).isTrue();
            connection.abort(Runnable::run);
            go.countDown();
            assertThat(used).failsWithin(LONG).withThrowableThat().withMessageContaining("08003");
        } finally {
            go.countDown();
        }
        assertThat(evicted).containsExactly("n1");
    }

    @Test
    void readOnThePrimaryGivesItsPermitBackWhateverThePoolThrows() throws Exception {
        assertThat(router.control().drain("n2", LONG)).isTrue();
        onPrimary = (method, arguments) -> {
            if (method.getName().equals("getConnection")) {
                throw new NoClassDefFoundError("on purpose");
            }
        };
        assertThatThrownBy(() -> read(false)).isInstanceOf(NoClassDefFoundError.class);
        onPrimary = NOTHING;
        assertThat(read(false)).as("with the only permit there is").isEqualTo(1);
    }

    @Test
    void readOnThePrimaryGivesItsPermitBackWhateverTheDriverThrows() throws Exception {
        assertThat(router.control().drain("n2", LONG)).isTrue();
        onPrimary = (method, arguments) -> {
            if (method.getName().equals("setReadOnly") && arguments[0].equals(true)) {
                throw new NoClassDefFoundError("on purpose");
            }
        };
        assertThatThrownBy(() -> read(false)).isInstanceOf(NoClassDefFoundError.class);
        onPrimary = NOTHING;
        assertThat(read(false)).as("with the only permit there is").isEqualTo(1);
        assertThat(router.nodes().get(0).inFlight()).isZero();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void readIsGivenBackWhateverTheDriverThrowsThen(boolean onThePrimary) throws Exception {
        Between broken = (method, arguments) -> {
            if (method.getName().equals("setReadOnly") && arguments[0].equals(false)) {
                throw new NoClassDefFoundError("on purpose");
            }
        };
        if (onThePrimary) {
            assertThat(router.control().drain("n2", LONG)).isTrue();
            onPrimary = broken;
        } else {
            onReplica = broken;
        }
        assertThatThrownBy(() -> read(false)).isInstanceOf(NoClassDefFoundError.class);
        assertThat(evicted).containsExactly(onThePrimary ? "n1" : "n2");
        assertThat(router.nodes()).extracting(NodeStatus::inFlight).containsOnly(0);
        assertThat(pool.getActiveConnections()).isZero();
        onPrimary = NOTHING;
        onReplica = NOTHING;
        assertThat(read(false)).as("with the only permit there is").isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {RouterMeters.UNITS, RouterMeters.ACQUIRE, RouterMeters.DIVERTED})
    void unitIsGivenBackWhateverMetersThrow(String broken) throws Exception {
        CountingMeters counting = new CountingMeters();
        Meters meters = (Meters) Proxy.newProxyInstance(
                Meters.class.getClassLoader(), new Class<?>[] {Meters.class}, (self, method, arguments) -> {
                    if (method.getName().equals("counter") && arguments[0].equals(broken)) {
                        return (Counter) amount -> {
                            throw new IllegalStateException("on purpose");
                        };
                    }
                    if (method.getName().equals("timer") && arguments[0].equals(broken)) {
                        return (Timer) nanos -> {
                            throw new IllegalStateException("on purpose");
                        };
                    }
                    return method.invoke(counting, arguments);
                });
        try (Headroom headroom =
                Headroom.builder("test").meters(meters).plug(router).build()) {
            assertThat(headroom).isNotNull();
            if (broken.equals(RouterMeters.DIVERTED)) {
                assertThat(router.control().drain("n2", LONG)).isTrue();
            }
            for (int i = 0; i < 2; i++) { // there is one permit
                assertThatThrownBy(() -> read(false)).hasMessageContaining("on purpose");
                assertThat(router.nodes()).extracting(NodeStatus::inFlight).containsOnly(0);
                assertThat(pool.getActiveConnections()).isZero();
            }
        }
    }
}
