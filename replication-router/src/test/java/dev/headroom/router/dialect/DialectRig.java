package dev.headroom.router.dialect;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.headroom.RequestContext;
import dev.headroom.consistency.ConsistencyToken;
import dev.headroom.router.NodeSpec;
import dev.headroom.router.NodeStatus;
import dev.headroom.router.ReplicaRouter;
import dev.headroom.router.ReplicaRouterBuilder;
import dev.headroom.router.RouteDecision;
import dev.headroom.router.RouteScope;
import dev.headroom.router.Routed;
import dev.headroom.router.hikari.HikariNodes;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;

/** A router over a primary and a replica of one kind of database, and what tests do with them. */
@TestInstance(Lifecycle.PER_CLASS)
abstract class DialectRig {
    static final Duration LONG = Duration.ofSeconds(30);

    final Pair pair;
    final List<HikariDataSource> pools = new ArrayList<>();
    private final AtomicLong ids = new AtomicLong();
    ReplicaRouter router;

    DialectRig(Pair pair) {
        this.pair = pair;
    }

    @BeforeAll
    void start() throws SQLException {
        try (Connection connection = DriverManager.getConnection(pair.url("p"));
                Statement statement = connection.createStatement()) {
            statement.execute("create table note (id bigint primary key, text varchar(100))");
        }
        pair.waitUntilCaughtUp();
        pools.add(pool(pair.url("p")));
        pools.add(pool(pair.url("r1")));
        router = router(options -> options);
    }

    static HikariDataSource pool(String url) {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(url);
        config.setMaximumPoolSize(10);
        config.setMinimumIdle(1);
        config.setConnectionTimeout(3_000);
        return new HikariDataSource(config);
    }

    ReplicaRouter router(UnaryOperator<ReplicaRouterBuilder> options) {
        return options.apply(ReplicaRouter.builder("main")
                        .primary(node("p", 0))
                        .replica(node("r1", 1))
                        .dialect(pair.dialect())
                        .probeEvery(Duration.ofMillis(50))
                        .probeTimeout(Duration.ofSeconds(2))
                        .staleness(Duration.ofSeconds(10), Duration.ofSeconds(30))
                        .waitForReplica(Duration.ofMillis(100))
                        .acquireTimeout(Duration.ofSeconds(3))
                        .maxReadWait(Duration.ofSeconds(10))
                        .failoverWait(LONG))
                .build();
    }

    private NodeSpec node(String name, int pool) {
        return HikariNodes.node(name, pools.get(pool));
    }

    @AfterAll
    void close() {
        if (router != null) {
            router.close();
        }
        pools.forEach(HikariDataSource::close);
        pair.close();
    }

    record Answer(boolean seen, String node) {}

    long nextId() {
        return ids.incrementAndGet();
    }

    NodeStatus status(String node) {
        return router.nodes().stream()
                .filter(status -> status.name().equals(node))
                .findFirst()
                .orElseThrow();
    }

    void insert(long id) throws SQLException {
        try (Connection connection = router.dataSource().getConnection()) {
            connection.setAutoCommit(false);
            try (PreparedStatement insert = connection.prepareStatement("insert into note values (?, 'note')")) {
                insert.setLong(1, id);
                insert.executeUpdate();
            }
            connection.commit();
        }
    }

    Answer readWith(ConsistencyToken token, long id) throws Exception {
        RequestContext request = RequestContext.builder()
                .consistency(router.admit(token.value()))
                .build();
        return request.call(() -> RouteScope.readOnly().call(() -> read(id)));
    }

    Answer read(long id) throws SQLException {
        try (Connection connection = router.dataSource().getConnection();
                PreparedStatement select = connection.prepareStatement("select count(*) from note where id = ?")) {
            select.setLong(1, id);
            try (ResultSet row = select.executeQuery()) {
                row.next();
                RouteDecision decision =
                        connection.unwrap(Routed.class).decision().orElseThrow();
                return new Answer(row.getInt(1) == 1, Routes.nodeOf(decision));
            }
        }
    }

    final boolean executeRouted(String sql) throws SQLException {
        execute(router.dataSource(), sql);
        return true;
    }

    static void execute(DataSource dataSource, String sql) throws SQLException {
        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
