package dev.headroom.router.shard;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import dev.headroom.router.NodeSpec;
import dev.headroom.router.ReplicaRouter;
import dev.headroom.router.Routers;
import dev.headroom.testkit.TestDatabase;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import javax.sql.DataSource;

/** Logical databases {@code db1} to {@code db4} on two real databases {@code s1} and {@code s2}, {@code db1} at first on {@code s1}. */
final class ShardRig implements AutoCloseable {
    static final ShardMove BY_COLUMN = TableMove.by("shard", "item");

    private static final ShardMap MAP =
            ShardMap.builder("db", 4).place(1, 2, "s1").place(3, 4, "s2").build();

    private static final String KEY = IntStream.range(0, 1_000)
            .mapToObj(i -> "customer-" + i)
            .filter(key -> MAP.locate(key).number() == 1)
            .findFirst()
            .orElseThrow();

    private final Map<String, TestDatabase> databases = new TreeMap<>();
    private final Map<Shards, List<AutoCloseable>> processes = new LinkedHashMap<>();

    ShardRig(TestDatabase first, TestDatabase second) throws SQLException {
        databases.put("s1", first);
        databases.put("s2", second);
        for (String cluster : databases.keySet()) {
            execute(cluster, "create table item (id bigint primary key, shard varchar(20) not null)");
        }
    }

    /** What another process would have: pools and routers of its own. */
    Shards process(Duration moveWait, Map<String, UnaryOperator<DataSource>> wrapped) throws SQLException {
        List<ReplicaRouter> routers = new ArrayList<>();
        List<AutoCloseable> pools = new ArrayList<>();
        for (Map.Entry<String, TestDatabase> database : databases.entrySet()) {
            HikariDataSource pool = pool(database.getValue().jdbcUrl());
            pools.add(pool);
            DataSource source = wrapped.getOrDefault(database.getKey(), UnaryOperator.identity())
                    .apply(pool);
            routers.add(ReplicaRouter.builder(database.getKey())
                    .primary(NodeSpec.of("p-" + database.getKey(), source))
                    .build());
        }
        Routers both = Routers.of(routers.get(0), routers.get(1));
        Shards shards = Shards.builder(MAP, both).moveWait(moveWait).build();
        pools.add(0, shards);
        pools.add(1, both);
        synchronized (processes) {
            processes.put(shards, pools);
        }
        return shards;
    }

    /** The process ends. */
    void end(Shards process) throws Exception {
        List<AutoCloseable> owned;
        synchronized (processes) {
            owned = processes.remove(process);
        }
        for (AutoCloseable part : owned) {
            part.close();
        }
    }

    static HikariDataSource pool(String url) {
        HikariDataSource pool = new HikariDataSource();
        pool.setJdbcUrl(url);
        pool.setMaximumPoolSize(10);
        pool.setMinimumIdle(0);
        pool.setConnectionTimeout(10_000);
        return pool;
    }

    TestDatabase database(String cluster) {
        return databases.get(cluster);
    }

    /** A key of {@code db1}. */
    static String key() {
        return KEY;
    }

    static void insert(Shards shards, long id) throws SQLException {
        shards.write(key(), (shard, connection) -> {
            try (PreparedStatement insert = connection.prepareStatement("insert into item values (?, ?)")) {
                insert.setLong(1, id);
                insert.setString(2, shard.database());
                return insert.executeUpdate();
            }
        });
    }

    static boolean sees(Shards shards, long id) throws SQLException {
        return shards.read(key(), (shard, connection) -> {
            try (PreparedStatement select = connection.prepareStatement("select id from item where id = ?")) {
                select.setLong(1, id);
                try (ResultSet row = select.executeQuery()) {
                    return row.next();
                }
            }
        });
    }

    /** The rows of {@code db1}, as a reader sees them. */
    static Set<Long> seen(Shards shards) throws SQLException {
        return shards.read(key(), (shard, connection) -> ids(connection));
    }

    private static Set<Long> ids(Connection connection) throws SQLException {
        Set<Long> ids = new TreeSet<>();
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("select id from item where shard = 'db1'")) {
            while (row.next()) {
                ids.add(row.getLong(1));
            }
        }
        return ids;
    }

    /** The rows of {@code db1} that lie on a cluster. */
    Set<Long> lying(String cluster) throws SQLException {
        try (Connection connection = databases.get(cluster).dataSource().getConnection()) {
            return ids(connection);
        }
    }

    /** What a cluster says of {@code db1}. */
    String state(String cluster) throws SQLException {
        try (Connection connection = databases.get(cluster).dataSource().getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("select state from headroom_shard where name = 'db1'")) {
            return row.next() ? row.getString(1) : "unknown";
        }
    }

    /** It is there and nowhere else, with all of these rows. */
    void requireOnlyOn(String cluster, Collection<Long> acknowledged) throws SQLException {
        String other = cluster.equals("s1") ? "s2" : "s1";
        assertThat(state(cluster)).isEqualTo("OPEN");
        assertThat(state(other)).isNotIn("OPEN", "BLOCKED", "ARRIVED");
        Set<Long> missing = new TreeSet<>(acknowledged);
        missing.removeAll(lying(cluster));
        assertThat(missing).isEmpty();
        assertThat(lying(other)).isEmpty();
    }

    void execute(String cluster, String sql) throws SQLException {
        try (Connection connection = databases.get(cluster).dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    @Override
    public void close() throws Exception {
        for (Shards process : List.copyOf(processes.keySet())) {
            end(process);
        }
        databases.values().forEach(TestDatabase::close);
    }
}
