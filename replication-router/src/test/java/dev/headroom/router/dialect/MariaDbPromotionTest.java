package dev.headroom.router.dialect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariDataSource;
import dev.headroom.router.Dialects;
import dev.headroom.router.NodeState;
import dev.headroom.router.ReplicaRouter;
import dev.headroom.router.RouteScope;
import dev.headroom.router.hikari.HikariNodes;
import dev.headroom.router.spi.Position;
import dev.headroom.router.spi.ReplicationDialect;
import dev.headroom.testkit.MariaDbCluster;
import dev.headroom.testkit.MariaDbNode;
import dev.headroom.testkit.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Two promotions between which nothing was written, so that both primaries begin at the same GTID. */
@Tag("one-jdk")
class MariaDbPromotionTest {
    private static final Duration LONG = Duration.ofSeconds(30);

    private final List<HikariDataSource> pools = new ArrayList<>();

    @Test
    void secondOfTwoPromotionsAtOneGtidIsFollowedAndTheFirstIsNot() throws Exception {
        try (MariaDbCluster cluster = MariaDbCluster.builder().standbys(2).start();
                TestDatabase database = cluster.createDatabase()) {
            MariaDbNode old = cluster.nodes().get(0);
            MariaDbNode second = cluster.nodes().get(1);
            MariaDbNode first = cluster.nodes().get(2); // of the greater server id, which must not matter
            execute(database, old, "create table note (id bigint primary key)");
            cluster.waitUntilCaughtUp();
            cluster.nodes().forEach(node -> pools.add(DialectRig.pool(database.jdbcUrl(node))));
            try (ReplicaRouter router = router()) {
                await().atMost(LONG).until(() -> writesGoTo(router, "n1"));
                old.kill();
                first.promote();
                await().atMost(LONG).until(() -> writesGoTo(router, "n3"));
                Position atFirst = position(database, first);
                first.kill();
                second.promote();
                await().atMost(LONG).until(() -> writesGoTo(router, "n2"));
                Position atSecond = position(database, second);
                assertThat(atSecond.sequence()).isEqualTo(atFirst.sequence());
                assertThat(atSecond.timeline()).isNotEqualTo(atFirst.timeline());

                first.restart(); // as the primary that it was
                await().atMost(LONG).until(() -> router.nodes().get(2).state() == NodeState.FENCED);
                assertThat(writesGoTo(router, "n2")).isTrue();
                try (Connection connection = router.dataSource().getConnection();
                        Statement statement = connection.createStatement()) {
                    statement.execute("insert into note values (1)");
                }
                // Who comes later goes by what was written.
                try (ReplicaRouter late = router()) {
                    await().atMost(LONG).until(() -> writesGoTo(late, "n2"));
                }
            } finally {
                pools.forEach(HikariDataSource::close);
            }
        }
    }

    private ReplicaRouter router() {
        return ReplicaRouter.builder("main")
                .primary(HikariNodes.node("n1", pools.get(0)))
                .replica(HikariNodes.node("n2", pools.get(1)))
                .replica(HikariNodes.node("n3", pools.get(2)))
                .probeEvery(Duration.ofMillis(50))
                .probeTimeout(Duration.ofSeconds(2))
                .build();
    }

    private static boolean writesGoTo(ReplicaRouter router, String node) {
        return Routes.nodeOf(router.decide(RouteScope.primary())).equals(node);
    }

    private static Position position(TestDatabase database, MariaDbNode node) throws SQLException {
        try (Connection connection = database.dataSource(node).getConnection()) {
            return Dialects.mariaDb()
                    .probe(new ReplicationDialect.Asked(node.name(), false, false), connection)
                    .position();
        }
    }

    private static void execute(TestDatabase database, MariaDbNode node, String sql) throws SQLException {
        try (Connection connection = database.dataSource(node).getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
