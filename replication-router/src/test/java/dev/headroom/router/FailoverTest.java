package dev.headroom.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariDataSource;
import dev.headroom.Deadline;
import dev.headroom.RequestContext;
import dev.headroom.router.shard.ShardMap;
import dev.headroom.router.shard.Shards;
import dev.headroom.testkit.PostgresCluster;
import dev.headroom.testkit.PostgresNode;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.TestMethodOrder;

/** The life of one cluster: its primary hangs, dies and comes back. Each test makes of it what it needs, so each can be run alone. */
@TestInstance(Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@Tag("one-jdk")
class FailoverTest {
    private static final Duration LONG = Duration.ofSeconds(30);

    @AutoClose
    private final PostgresCluster cluster =
            PostgresCluster.builder().standbys(1).start();

    private final Rig rig = new Rig(cluster, 1, options -> options.failoverWait(LONG));
    private final PostgresNode first = cluster.primary();
    private final PostgresNode second = cluster.standbys().get(0);

    @AfterAll
    void close() {
        rig.close();
    }

    @Test
    @Order(1)
    void writesWaitForAPrimaryThatHangsAndGoOnWhenItIsBack() throws Exception {
        first.suspend();
        await().atMost(LONG).until(() -> rig.status("p").state() == NodeState.DOWN);
        try (Load load = Load.writing(rig.router, 3)) {
            long before = load.acknowledged().size();
            first.resume();
            await().atMost(LONG).until(() -> load.acknowledged().size() > before + 10);
            assertThat(load.failures()).as("writes that failed").isEmpty();
        }
    }

    @Test
    @Order(2)
    void writesAreRefusedInBoundedTimeWhileNobodyTakesThem() throws Exception {
        first.suspend();
        try {
            await().atMost(LONG).until(() -> rig.status("p").state() == NodeState.DOWN);
            long start = System.nanoTime();
            RequestContext request = RequestContext.builder()
                    .deadline(Deadline.after(Duration.ofMillis(300)))
                    .build();
            assertThatThrownBy(() -> request.call(() -> rig.insert("never")))
                    .isInstanceOfSatisfying(
                            RouteRefusedException.class,
                            refused -> assertThat(refused.decision())
                                    .isEqualTo(new RouteDecision.Refused(RouteDecision.Reason.NO_PRIMARY)))
                    .hasMessageContaining("p=PRIMARY/DOWN");
            assertThat(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start)).isBetween(250L, 10_000L);
        } finally {
            first.resume();
        }
        await().atMost(LONG).until(() -> rig.status("p").state() == NodeState.UP);
    }

    @Test
    @Order(3)
    void writesFollowThePromotedStandbyAndNoneGoesToTheOldPrimaryThatComesBack() throws Exception {
        rig.insert("before");
        cluster.waitUntilCaughtUp();
        try (Load load = Load.writing(rig.router, 4);
                Load reads = Load.reading(rig.router, 2)) {
            await().atMost(LONG).until(() -> load.acknowledged().size() > 20);
            first.kill();
            second.promote();
            long promoted = System.nanoTime();
            load.awaitWriteBegunAfter(promoted, LONG);
            Duration until = load.firstAcknowledgedAfter(promoted);
            System.out.println("failover: promoted to first write " + until.toMillis() + " ms, writes that failed "
                    + load.failures().size());
            assertThat(until).isLessThan(Duration.ofSeconds(5));
            // Only what was under way when the primary died can fail: at most one unit of each thread, and one more for
            // a connection
            // of its pool that had died as well.
            assertThat(load.failures()).hasSizeLessThanOrEqualTo(8);

            first.restart();
            await().atMost(LONG).until(() -> rig.status("p").state() == NodeState.FENCED);
            long onOld = count(rig.database.dataSource(first));
            int soFar = load.acknowledged().size();
            await().atMost(LONG).until(() -> load.acknowledged().size() > soFar + 50);
            assertThat(count(rig.database.dataSource(first))).isEqualTo(onOld);
            assertThat(Rig.nodeOf(rig.router.decide(RouteScope.primary()))).isEqualTo("r1");
            assertThat(reads.acknowledged()).isNotEmpty();
            load.stop();
            assertThat(texts(rig.database.dataSource(second))).containsAll(load.acknowledgedAfter(promoted));
        }
        assertThat(rig.status("p").role()).isEqualTo(NodeRole.PRIMARY);
    }

    /** The standby has the place of the primary, which is back and fenced. */
    private void promoted() throws SQLException {
        if (cluster.primary() == second) {
            return;
        }
        rig.insert("before");
        cluster.waitUntilCaughtUp();
        first.kill();
        second.promote();
        await().atMost(LONG)
                .until(() -> Rig.nodeOf(rig.router.decide(RouteScope.primary())).equals("r1"));
        first.restart();
        await().atMost(LONG).until(() -> rig.status("p").state() == NodeState.FENCED);
    }

    @Test
    @Order(4)
    void oldPrimaryIsNotFallenBackToWhenTheNewOneHangs() throws Exception {
        promoted();
        long onOld = count(rig.database.dataSource(first));
        assertThat(hostOfAShard()).contains("r1");
        second.suspend();
        try {
            await().atMost(LONG).until(() -> rig.status("r1").state() == NodeState.DOWN);
            assertThat(rig.status("p").state()).isEqualTo(NodeState.FENCED);
            assertThat(hostOfAShard()).isEmpty();
            RequestContext request = RequestContext.builder()
                    .deadline(Deadline.after(Duration.ofMillis(300)))
                    .build();
            assertThatThrownBy(() -> request.call(() -> rig.insert("never"))).isInstanceOf(RouteRefusedException.class);
        } finally {
            second.resume();
        }
        await().atMost(LONG).untilAsserted(() -> assertThat(rig.insert("again")).isPositive());
        assertThat(count(rig.database.dataSource(first))).isEqualTo(onOld);
    }

    /** The node that takes the writes of a logical database on this cluster. */
    private Optional<String> hostOfAShard() {
        ShardMap map = ShardMap.builder("db", 2).place(1, 2, "main").build();
        try (Shards shards = Shards.builder(map, Routers.of(rig.router)).build()) {
            return shards.host("db1");
        }
    }

    @Test
    @Order(5)
    void writeRefusedByADemotedPrimaryLeadsToTheNewOneAtOnce() throws Exception {
        promoted();
        first.kill();
        first.follow(second); // becomes a replica
        await().atMost(LONG).until(() -> rig.status("p").role() == NodeRole.REPLICA);
        try (ReplicaRouter slow = rig.secondRouter(options -> options.probeEvery(Duration.ofSeconds(40))
                .staleness(Duration.ofMinutes(2), Duration.ofMinutes(5))
                .failoverWait(LONG))) {
            await().atMost(LONG)
                    .until(() -> Rig.nodeOf(slow.decide(RouteScope.primary())).equals("r1"));
            // Roles change behind its back; it asks only every 40 seconds.
            second.kill();
            first.promote();
            second.follow(first);
            await().atMost(LONG)
                    .pollInSameThread()
                    .ignoreExceptionsInstanceOf(IllegalStateException.class)
                    .untilAsserted(() -> {
                        Rig.execute(slow.dataSource(), "insert into note (text) values ('to the new one')");
                        assertThat(Rig.nodeOf(slow.decide(RouteScope.primary())))
                                .isEqualTo("p");
                    });
        }
    }

    /** The old primary lives on, as it does when it is merely cut off from those who have promoted another. */
    @Test
    @Order(6)
    void connectionsToTheOldPrimaryAreThrownAway() throws Exception {
        AtomicReference<String> old = new AtomicReference<>();
        await().atMost(LONG).untilAsserted(() -> {
            old.set(Rig.nodeOf(rig.router.decide(RouteScope.primary())));
            assertThat(old.get()).isIn("p", "r1");
            assertThat(rig.status(old.get().equals("p") ? "r1" : "p").state()).isEqualTo(NodeState.UP);
        });
        PostgresNode before = old.get().equals("p") ? first : second;
        PostgresNode next = before == first ? second : first;
        HikariDataSource pool = rig.pools.get(before == first ? 0 : 1);
        Connection lent = rig.dataSource().getConnection();
        lent.setAutoCommit(false);
        Rig.insert(lent, "never");
        Set<Integer> backends = backends(pool, 4);
        assertThat(alive(before, backends)).isEqualTo(4);
        next.promote();
        await().atMost(LONG)
                .until(() -> Rig.nodeOf(rig.router.decide(RouteScope.primary())).equals(before == first ? "r1" : "p"));
        await().atMost(LONG)
                .untilAsserted(() -> assertThat(alive(before, backends))
                        .as("idle connections to the old primary")
                        .isZero());
        assertThatThrownBy(() -> {
                    try (lent) {
                        lent.commit();
                    }
                })
                .isInstanceOf(SQLException.class);
        await().atMost(LONG)
                .untilAsserted(() -> assertThat(rig.insert("on the new one")).isPositive());
    }

    /** The server's processes behind so many connections of a pool, which are idle afterwards. */
    private static Set<Integer> backends(HikariDataSource pool, int count) throws SQLException {
        Set<Integer> backends = new HashSet<>();
        List<Connection> taken = new ArrayList<>();
        try {
            while (backends.size() < count) {
                Connection connection = pool.getConnection();
                taken.add(connection);
                backends.add(number(connection, "select pg_backend_pid()"));
            }
        } finally {
            for (Connection connection : taken) {
                connection.close();
            }
        }
        return backends;
    }

    private int alive(PostgresNode server, Set<Integer> backends) throws SQLException {
        try (Connection connection = rig.database.dataSource(server).getConnection()) {
            String list = backends.stream().map(String::valueOf).collect(Collectors.joining(","));
            return number(connection, "select count(*) from pg_stat_activity where pid in (" + list + ")");
        }
    }

    private static int number(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getInt(1);
        }
    }

    private static long count(DataSource dataSource) throws SQLException {
        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("select count(*) from note")) {
            row.next();
            return row.getLong(1);
        }
    }

    private static Set<String> texts(DataSource dataSource) throws SQLException {
        Set<String> texts = new HashSet<>();
        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("select text from note")) {
            while (row.next()) {
                texts.add(row.getString(1));
            }
        }
        return texts;
    }
}
