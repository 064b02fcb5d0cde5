package dev.headroom.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariDataSource;
import dev.headroom.queue.ChaosMain.Effects;
import dev.headroom.queue.Recorder.Note;
import dev.headroom.testkit.PostgresCluster;
import dev.headroom.testkit.PostgresNode;
import dev.headroom.testkit.TcpProxy;
import java.net.URI;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A standby is promoted in the middle of the work, and connections are cut: what the database has is done, each effect once. */
@Tag("one-jdk")
class FailoverTest {
    private static final int JOBS = 240;

    private Effects effects;

    @Test
    void workGoesOnOnThePromotedStandby() throws Exception {
        try (PostgresCluster cluster = PostgresCluster.builder().standbys(1).start()) {
            PostgresNode primary = cluster.primary();
            PostgresNode standby = cluster.standbys().get(0);
            String address = address(primary);
            String both = primary.jdbcUrl().replace(address, address + "," + address(standby));
            try (HikariDataSource pool =
                    Backend.pool(both + "&targetServerType=primary&connectTimeout=5&socketTimeout=20")) {
                JobQueue queue = enqueued(pool);
                // What the standby has not got is lost with the primary; that is not the queue's affair.
                cluster.waitUntilCaughtUp();
                queue.start();
                await().until(() -> count(pool, "effect") > JOBS / 4);
                primary.kill();
                standby.promote();
                assertAllDoneOnce(pool);
                queue.close();
            }
        }
    }

    @Test
    void workGoesOnWhenConnectionsAreCut() throws Exception {
        try (PostgresCluster cluster = PostgresCluster.builder().start();
                TcpProxy proxy = TcpProxy.to(cluster.primary())) {
            String url = cluster.primary().jdbcUrl().replace(address(cluster.primary()), "127.0.0.1:" + proxy.port());
            try (HikariDataSource pool = Backend.pool(url);
                    HikariDataSource straight = Backend.pool(cluster.primary().jdbcUrl())) {
                JobQueue queue = enqueued(pool);
                queue.start();
                for (int cut = 1; cut <= 4; cut++) {
                    int done = cut * JOBS / 3;
                    await().atMost(Duration.ofSeconds(60)).until(() -> count(straight, "effect") > done);
                    proxy.cut();
                    proxy.restore();
                }
                assertAllDoneOnce(straight);
                queue.close();
            }
        }
    }

    private static String address(PostgresNode node) {
        URI uri = URI.create(node.jdbcUrl().substring("jdbc:".length()));
        return uri.getHost() + ":" + uri.getPort();
    }

    private JobQueue enqueued(HikariDataSource pool) throws SQLException {
        effects = new Effects(pool);
        SchemaInstaller.install(pool);
        execute(pool, "create table effect (id bigint, mode text)");
        JobQueue queue = JobQueue.builder(pool)
                .handlers(effects)
                .workers(2)
                .lease(Duration.ofSeconds(3))
                .pollInterval(Duration.ofMillis(200))
                .build();
        List<Note> notes =
                IntStream.range(0, JOBS).mapToObj(i -> new Note(i, "")).toList();
        queue.enqueueAll(Effects::plain, notes);
        queue.enqueueAll(Effects::complete, notes);
        queue.enqueueAll(Effects::lock, notes);
        return queue;
    }

    private void assertAllDoneOnce(HikariDataSource pool) throws SQLException {
        await().atMost(Duration.ofSeconds(90))
                .ignoreExceptions()
                .untilAsserted(() -> assertThat(remaining(pool)).isEmpty());
        for (String mode : List.of("complete", "lock")) {
            assertThat(count(pool, "effect where mode = '" + mode + "'"))
                    .as(mode)
                    .isEqualTo(JOBS);
        }
        for (String mode : List.of("complete", "lock")) {
            assertThat(count(pool, "(select distinct id from effect where mode = '" + mode + "') as d"))
                    .as("different " + mode)
                    .isEqualTo(JOBS);
        }
        // What a job has written in a transaction of its own may be lost with the primary and its end be kept.
        assertThat(effects.plain).as("ran").hasSize(JOBS);
        assertThat(count(pool, "headroom_job_dead")).isZero();
    }

    private static List<String> remaining(HikariDataSource pool) throws SQLException {
        String sql =
                "select count(*) || ' ' || kind || ', state ' || state || ', lease ' || coalesce(lease, 0) || ', its node '"
                        + " || case when exists (select 1 from headroom_job_node n where n.id = lease) then 'lives' else 'is gone' end"
                        + " from headroom_job group by kind, state, lease";
        List<String> remaining = new ArrayList<>();
        try (Connection connection = pool.getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            while (rows.next()) {
                remaining.add(rows.getString(1));
            }
        }
        return remaining;
    }

    private static void execute(HikariDataSource pool, String sql) throws SQLException {
        try (Connection connection = pool.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static long count(HikariDataSource pool, String from) throws SQLException {
        try (Connection connection = pool.getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("select count(*) from " + from)) {
            rows.next();
            return rows.getLong(1);
        }
    }
}
