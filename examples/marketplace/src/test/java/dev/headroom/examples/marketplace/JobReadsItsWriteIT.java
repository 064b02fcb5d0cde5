package dev.headroom.examples.marketplace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariDataSource;
import dev.headroom.Headroom;
import dev.headroom.RequestContext;
import dev.headroom.examples.marketplace.setup.Sql;
import dev.headroom.queue.Job;
import dev.headroom.queue.JobQueue;
import dev.headroom.queue.SchemaInstaller;
import dev.headroom.router.ReplicaRouter;
import dev.headroom.router.RouteDecision;
import dev.headroom.router.RouteScope;
import dev.headroom.router.Routed;
import dev.headroom.router.hikari.HikariNodes;
import dev.headroom.testkit.PostgresCluster;
import dev.headroom.testkit.PostgresNode;
import dev.headroom.testkit.SharedPostgres;
import dev.headroom.testkit.TestDatabase;
import dev.headroom.transaction.JdbcTransactions;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A job that was enqueued by a write sees that write, though it reads from standbys, and whatever they lag. */
class JobReadsItsWriteIT {
    private static final PostgresCluster CLUSTER = SharedPostgres.withStandbys(1);
    private static final PostgresNode STANDBY = CLUSTER.standbys().get(0);

    private static TestDatabase database;
    private static HikariDataSource primaryPool;
    private static HikariDataSource replicaPool;
    private static ReplicaRouter router;
    private static JobQueue queue;
    private static Headroom headroom;
    private static final BlockingQueue<Found> FOUND = new LinkedBlockingQueue<>();

    /** What a job found, and where. */
    record Found(boolean note, RouteDecision from) {}

    public record Look(long note) {}

    /** The job. */
    public static final class Looking {
        private final DataSource database;

        Looking(DataSource database) {
            this.database = database;
        }

        @Job(name = "look")
        public void look(Look at) throws Exception {
            FOUND.add(RouteScope.readOnly().call(() -> find(database, at.note())));
        }
    }

    private static Found find(DataSource database, long note) throws SQLException {
        try (Connection connection = database.getConnection()) {
            boolean there = !Sql.query(connection, "select 1 from note where id = ?", row -> row.getInt(1), note)
                    .isEmpty();
            return new Found(there, connection.unwrap(Routed.class).decision().orElseThrow());
        }
    }

    private static HikariDataSource pool(String url) {
        HikariDataSource pool = new HikariDataSource();
        pool.setJdbcUrl(url);
        pool.setMaximumPoolSize(5);
        return pool;
    }

    @BeforeAll
    static void open() throws SQLException {
        database = CLUSTER.createDatabase();
        primaryPool = pool(database.jdbcUrl());
        replicaPool = pool(database.jdbcUrl(STANDBY));
        try (Connection connection = primaryPool.getConnection()) {
            Sql.update(connection, "create table note (id bigint generated always as identity primary key, text text)");
        }
        SchemaInstaller.install(primaryPool);
        CLUSTER.waitUntilCaughtUp();
        router = ReplicaRouter.builder("main")
                .primary(HikariNodes.node("primary", primaryPool))
                .replica(HikariNodes.node("standby", replicaPool))
                .staleness(
                        Duration.ofMinutes(5),
                        Duration.ofMinutes(10)) // so that nothing but the position speaks against the standby
                .probeTimeout(Duration.ofSeconds(3))
                .build();
        queue = JobQueue.builder(router.dataSource())
                .handlers(new Looking(router.dataSource()))
                .build();
        headroom = Headroom.builder("jobs").plug(router).plug(queue).build();
    }

    @AfterAll
    static void close() {
        STANDBY.resumeReplay();
        headroom.close();
        replicaPool.close();
        primaryPool.close();
        database.close();
    }

    /** Writes a note, and in the same transaction enqueues the job that looks for it. */
    private static long write() throws Exception {
        return RequestContext.builder()
                .build()
                .call(() -> JdbcTransactions.inTransaction(router.dataSource(), connection -> {
                    long id = Sql.query(
                                    connection,
                                    "insert into note (text) values ('look at me') returning id",
                                    row -> row.getLong(1))
                            .get(0);
                    queue.in(connection).enqueue(Looking::look, new Look(id));
                    return id;
                }));
    }

    @Test
    void jobSeesTheWriteThatEnqueuedItThoughTheStandbyStandsStill() throws Exception {
        STANDBY.pauseReplay();
        try {
            long id = write();
            Found byJob = FOUND.poll(60, TimeUnit.SECONDS);
            assertThat(byJob).isNotNull();
            assertThat(byJob.note()).isTrue();
            assertThat(byJob.from()).isInstanceOf(RouteDecision.ToPrimary.class);
            // a standby that gives no connection in time is passed over, which a busy machine makes it do
            await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
                Found byOthers = RequestContext.builder()
                        .build()
                        .call(() -> RouteScope.readOnly().call(() -> find(router.dataSource(), id)));
                assertThat(byOthers.from()).isInstanceOf(RouteDecision.ToReplica.class);
                assertThat(byOthers.note())
                        .as("on the standby, for whom it is early enough")
                        .isFalse();
            });
        } finally {
            STANDBY.resumeReplay();
        }
        write();
        assertThat(FOUND.poll(60, TimeUnit.SECONDS)).isNotNull().returns(true, Found::note);
    }
}
