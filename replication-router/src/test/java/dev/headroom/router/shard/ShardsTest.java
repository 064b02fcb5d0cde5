package dev.headroom.router.shard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariDataSource;
import dev.headroom.router.NodeSpec;
import dev.headroom.router.ReplicaRouter;
import dev.headroom.router.Routers;
import dev.headroom.testkit.SharedPostgres;
import dev.headroom.testkit.TestDatabase;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;

/** Logical databases on two real PostgreSQL databases, used by two processes' worth of shards that tell each other nothing. */
@TestInstance(Lifecycle.PER_CLASS)
@Tag("one-jdk")
class ShardsTest {
    private static final int DATABASES = 12;
    private static final ShardMove BY_COLUMN = TableMove.by("shard", "item");

    private final Map<String, TestDatabase> databases = new TreeMap<>();
    private final List<HikariDataSource> pools = new ArrayList<>();
    private Routers routers;
    private Shards here;
    private Shards there;

    @BeforeAll
    void start() throws SQLException {
        databases.put("s1", SharedPostgres.createDatabase());
        databases.put("s2", SharedPostgres.createDatabase());
        for (TestDatabase database : databases.values()) {
            execute(database, "create table item (id bigint primary key, shard text not null, owner text not null)");
        }
        routers = Routers.of(router("s1"), router("s2"));
    }

    @BeforeEach
    void startAnew() throws SQLException {
        for (TestDatabase database : databases.values()) {
            execute(database, "truncate item");
            execute(database, "drop table if exists headroom_shard, headroom_shard_lock, headroom_shard_move");
        }
        ShardMap map = ShardMap.builder("db", DATABASES)
                .place(1, 6, "s1")
                .place(7, DATABASES, "s2")
                .build();
        here = Shards.builder(map, routers).build();
        there = Shards.builder(map, routers).build();
        here.install();
        there.install(); // does no harm
    }

    private ReplicaRouter router(String name) {
        HikariDataSource pool = new HikariDataSource();
        pool.setJdbcUrl(databases.get(name).jdbcUrl());
        pool.setMaximumPoolSize(12);
        pool.setMinimumIdle(0);
        pools.add(pool);
        return ReplicaRouter.builder(name)
                .primary(NodeSpec.of("p-" + name, pool))
                .build();
    }

    @AfterEach
    void end() {
        here.close();
        there.close();
    }

    @AfterAll
    void close() {
        routers.close();
        pools.forEach(HikariDataSource::close);
        databases.values().forEach(TestDatabase::close);
    }

    private static void execute(TestDatabase database, String sql) throws SQLException {
        try (Connection connection = database.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static void insert(Shards shards, long id) throws SQLException {
        String owner = owner(id);
        shards.write(owner, (shard, connection) -> {
            try (PreparedStatement insert = connection.prepareStatement("insert into item values (?, ?, ?)")) {
                insert.setLong(1, id);
                insert.setString(2, shard.database());
                insert.setString(3, owner);
                return insert.executeUpdate();
            }
        });
    }

    private static String owner(long id) {
        return "customer-" + id % 97;
    }

    private static boolean seen(Shards shards, long id) throws SQLException {
        return shards.read(owner(id), (shard, connection) -> {
            try (PreparedStatement select = connection.prepareStatement("select id from item where id = ?")) {
                select.setLong(1, id);
                try (ResultSet row = select.executeQuery()) {
                    return row.next();
                }
            }
        });
    }

    private static List<Long> all(Shards shards) throws Exception {
        Scattered<List<Long>> scattered = shards.scatter((cluster, parts, connection) -> {
            List<Long> ids = new ArrayList<>();
            Set<String> names = parts.stream().map(Shard::database).collect(Collectors.toSet());
            try (Statement statement = connection.createStatement();
                    ResultSet row = statement.executeQuery("select id, shard from item")) {
                while (row.next()) {
                    if (names.contains(row.getString(2))) {
                        ids.add(row.getLong(1));
                    }
                }
            }
            return ids;
        });
        return scattered.results().stream().flatMap(List::stream).sorted().toList();
    }

    @Test
    void movedUnderLoadNoRowIsLostNorMisplaced() throws Exception {
        AtomicLong ids = new AtomicLong();
        Set<Long> acknowledged = ConcurrentHashMap.newKeySet();
        Queue<Throwable> broken = new ConcurrentLinkedQueue<>();
        AtomicBoolean stop = new AtomicBoolean();
        List<Thread> clients = IntStream.range(0, 4)
                .mapToObj(number -> new Thread(() -> {
                    Shards shards = number % 2 == 0 ? here : there;
                    try {
                        while (!stop.get()) {
                            long id = ids.incrementAndGet();
                            insert(shards, id);
                            acknowledged.add(id);
                            if (!seen(number % 3 == 0 ? here : there, id)) {
                                throw new IllegalStateException(id + " is not seen");
                            }
                        }
                    } catch (Throwable failure) {
                        broken.add(failure);
                    }
                }))
                .toList();
        clients.forEach(Thread::start);
        await().atMost(Duration.ofSeconds(30)).until(() -> acknowledged.size() > 100 || !broken.isEmpty());
        for (int number = 1; number <= 6; number++) {
            here.move("db0" + number, "s2", BY_COLUMN);
            List<Long> before = List.copyOf(acknowledged);
            List<Long> scattered = all(there);
            assertThat(scattered).doesNotHaveDuplicates().containsAll(before);
        }
        there.move("db01", "s1", BY_COLUMN); // by one that was told of no move
        int soFar = acknowledged.size();
        await().atMost(Duration.ofSeconds(30)).until(() -> acknowledged.size() > soFar + 50 || !broken.isEmpty());
        stop.set(true);
        for (Thread client : clients) {
            client.join(TimeUnit.SECONDS.toMillis(30));
        }
        assertThat(broken).isEmpty();
        assertThat(here.map().version()).isPositive();
        assertThat(here.<String>read(keyOf(1), (shard, connection) -> shard.cluster()))
                .isEqualTo("s1");
        // Every row that was acknowledged is in one place, the right one.
        Map<Long, String> places = new ConcurrentHashMap<>();
        for (String cluster : databases.keySet()) {
            try (Connection connection = databases.get(cluster).dataSource().getConnection();
                    Statement statement = connection.createStatement();
                    ResultSet row = statement.executeQuery("select id, shard from item")) {
                while (row.next()) {
                    assertThat(places.put(row.getLong(1), cluster))
                            .as("row %s twice", row.getLong(1))
                            .isNull();
                    String expected = row.getString(2).equals("db01") ? "s1" : "s2";
                    assertThat(cluster)
                            .as("%s of %s", row.getLong(1), row.getString(2))
                            .isEqualTo(expected);
                }
            }
        }
        assertThat(places.keySet()).isEqualTo(acknowledged);
        System.out.println("soak: shards, 7 moves under 4 writers: " + places.size() + " rows, 0 lost, 0 misplaced");
    }

    /** A key of the logical database. */
    private String keyOf(int number) {
        return IntStream.range(0, 1_000)
                .mapToObj(i -> "customer-" + i)
                .filter(key -> here.map().locate(key).number() == number)
                .findFirst()
                .orElseThrow();
    }

    @Test
    void installRefusesAMapThatPlacesADatabaseWhereItIsNot() throws Exception {
        ShardMap edited = ShardMap.builder("db", DATABASES)
                .place(1, 5, "s1")
                .place(6, DATABASES, "s2")
                .build();
        try (Shards wrong = Shards.builder(edited, routers).build()) {
            assertThatThrownBy(wrong::install)
                    .isInstanceOf(SQLException.class)
                    .hasMessage("map: db06 on s2, but s1 has noted it as OPEN"
                            + " (expected: the map as it was; Shards.move changes it)");
            here.move("db06", "s2", BY_COLUMN);
            wrong.install();
        }
    }

    @Test
    void writesWaitWhileTheirDatabaseIsBlockedAndReadsDoNot() throws Exception {
        String key = keyOf(2);
        CountDownLatch copying = new CountDownLatch(1);
        CountDownLatch mayEnd = new CountDownLatch(1);
        ShardMove slow = new ShardMove() {
            @Override
            public void copy(Shard shard, Connection from, Connection to) throws SQLException {
                copying.countDown();
                try {
                    mayEnd.await(30, TimeUnit.SECONDS);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
                BY_COLUMN.copy(shard, from, to);
            }
        };
        Queue<Throwable> broken = new ConcurrentLinkedQueue<>();
        Thread mover = new Thread(() -> {
            try {
                here.move("db02", "s2", slow);
            } catch (SQLException failure) {
                broken.add(failure);
            }
        });
        mover.start();
        assertThat(copying.await(30, TimeUnit.SECONDS)).isTrue();
        try (Shards hurried = Shards.builder(there.map(), routers)
                .moveWait(Duration.ofSeconds(1))
                .build()) {
            assertThatThrownBy(() -> hurried.write(key, (shard, connection) -> 1))
                    .isInstanceOf(ShardBlockedException.class)
                    .hasMessage("db02: still being moved after PT1S (expected: to be tried again)");
        }
        assertThat(there.<String>read(key, (shard, connection) -> shard.cluster()))
                .isEqualTo("s1");
        mayEnd.countDown();
        mover.join(TimeUnit.SECONDS.toMillis(30));
        assertThat(broken).isEmpty();
        assertThat(there.<String>write(key, (shard, connection) -> shard.cluster()))
                .isEqualTo("s2");
        assertThat(there.host("db02")).contains("p-s2");
    }

    @Test
    void failedMoveLeavesAllAsItWasAndMayBeRunAgain() throws Exception {
        insert(here, 5);
        Shard shard = here.map().locate(owner(5));
        String from = shard.cluster();
        String to = from.equals("s1") ? "s2" : "s1";
        ShardMove failing = (moved, source, target) -> {
            BY_COLUMN.copy(moved, source, target);
            throw new SQLException("no more room", "53100");
        };
        assertThatThrownBy(() -> here.move(shard.database(), to, failing)).hasMessage("no more room");
        insert(there, 5 + 97);
        assertThat(here.map().database(shard.database()).cluster()).isEqualTo(from);
        // As after a crash in the middle: blocked, nobody knows why.
        execute(
                databases.get(from),
                "update headroom_shard set state = 'BLOCKED', cluster = '" + to + "' where name = '" + shard.database()
                        + "'");
        there.move(shard.database(), to, BY_COLUMN);
        assertThat(seen(here, 5)).isTrue();
        assertThat(seen(here, 5 + 97)).isTrue();
        assertThat(here.map().database(shard.database()).cluster()).isEqualTo(to);
        assertThat(all(here)).containsExactly(5L, 5L + 97);
    }

    @Test
    void scatterFailsWithAClusterOrTellsWhichIsMissing() throws Exception {
        ScatterWork<String> work = (cluster, parts, connection) -> {
            if (cluster.equals("s2")) {
                throw new SQLException("out of order", "XX000");
            }
            return cluster + " " + parts.size();
        };
        assertThatThrownBy(() -> here.scatter(work)).hasMessage("scatter: cluster s2: out of order");
        try (Shards lenient = Shards.builder(here.map(), routers)
                .scatterConcurrency(1)
                .allowPartial(true)
                .build()) {
            Scattered<String> scattered = lenient.scatter(work);
            assertThat(scattered.results()).containsExactly("s1 6");
            assertThat(scattered.complete()).isFalse();
            assertThat(scattered.failures()).containsOnlyKeys("s2");
        }
    }

    @Test
    void whatIsNotThereIsSaid() {
        assertThatThrownBy(() -> here.move("db99", "s2", BY_COLUMN))
                .hasMessage("database: db99 (expected: db01 to db12)");
        assertThatThrownBy(() -> here.move("db01", "s9", BY_COLUMN))
                .hasMessage("cluster: s9 (expected: one of [s1, s2])");
        ShardMap wide =
                ShardMap.builder("db", 2).place(1, 1, "s1").place(2, 2, "s3").build();
        assertThatThrownBy(() -> Shards.builder(wide, routers)).hasMessage("cluster: s3 (expected: one of [s1, s2])");
        assertThatThrownBy(() -> TableMove.by("shard", "a; b"))
                .hasMessage("table: a; b (expected: letters, digits and underscores)");
    }
}
