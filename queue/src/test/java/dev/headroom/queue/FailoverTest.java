package dev.headroom.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariDataSource;
import dev.headroom.queue.ChaosMain.Effects;
import dev.headroom.queue.Recorder.Note;
import dev.headroom.queue.batch.BatchProgress;
import dev.headroom.queue.batch.BatchStep;
import dev.headroom.queue.batch.JobBatch;
import dev.headroom.testkit.DatabaseCluster;
import dev.headroom.testkit.DatabaseNode;
import dev.headroom.testkit.PostgresCluster;
import dev.headroom.testkit.TcpProxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A standby is promoted in the middle of the work, and connections are cut: what the database has is done, each effect once. */
@Tag("one-jdk")
class FailoverTest {
    private static final int JOBS = 240;
    private static final int LIMITED = 60;
    private static final int PARTS = 40;

    private Effects effects;

    /** Jobs that the database keeps count of, in one way or another. */
    public static final class Bound {
        static final int LIMIT = 2;
        final AtomicInteger concurrent = new AtomicInteger();
        final AtomicInteger mostConcurrent = new AtomicInteger();
        final CyclicBarrier all = new CyclicBarrier(LIMIT);

        /** As many at once as the limit allows, and no more. */
        @Job(name = "limited", queue = "limited", tx = Tx.COMPLETE_IN_TX)
        @Limit(running = LIMIT)
        public void limited(Note note, JobContext job) throws Exception {
            mostConcurrent.accumulateAndGet(concurrent.incrementAndGet(), Math::max);
            try {
                effect(note, job);
                if (note.text().equals("together")) {
                    all.await(30, TimeUnit.SECONDS);
                }
            } finally {
                concurrent.decrementAndGet();
            }
        }

        /** One of its key. */
        @Job(name = "unique", tx = Tx.COMPLETE_IN_TX)
        public void unique(Note note, JobContext job) throws SQLException {
            effect(note, job);
        }

        /** Of a batch. */
        @Job(name = "part", tx = Tx.COMPLETE_IN_TX)
        public void part(Note note, JobContext job) throws SQLException {
            effect(note, job);
        }

        /** At its end. */
        @Job(name = "end", tx = Tx.COMPLETE_IN_TX)
        public void end(Note note, JobContext job) throws SQLException {
            effect(note, job);
        }

        private static void effect(Note note, JobContext job) throws SQLException {
            try (PreparedStatement insert =
                    job.connection().prepareStatement("insert into effect (id, mode) values (?, ?)")) {
                insert.setLong(1, note.id());
                insert.setString(2, job.name());
                insert.executeUpdate();
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Server.class)
    void workGoesOnOnThePromotedStandby(Server server) throws Exception {
        Bound bound = new Bound();
        try (DatabaseCluster cluster = server.pair()) {
            DatabaseNode primary = cluster.primary();
            DatabaseNode standby = cluster.standbys().get(0);
            String url = server.url(primary, standby);
            try (HikariDataSource pool = Backend.pool(url);
                    HikariDataSource another = Backend.pool(url)) {
                JobQueue queue = enqueued(pool, bound);
                queue.enqueueAll(Bound::limited, notes(LIMITED));
                Unique key = Unique.of("key").onDuplicate(Unique.OnDuplicate.DEBOUNCE);
                queue.unique(key).delay(Duration.ofDays(1)).enqueue(Bound::unique, new Note(1, "old"));
                JobBatch batch = queue.batch(jobs -> {
                    BatchStep[] parts = jobs.addAll(Bound::part, notes(PARTS)).toArray(new BatchStep[0]);
                    jobs.add(Bound::part, new Note(PARTS, "last")).after(parts);
                    jobs.onEnd(Bound::end, new Note(0, ""));
                });
                JobQueue other = queue(another, bound);
                // What the standby has not got is lost with the primary; that is not the queue's affair.
                cluster.waitUntilCaughtUp();
                queue.start();
                other.start();
                await().pollInterval(Duration.ofMillis(10)).until(() -> count(pool, "effect") > JOBS / 4);
                primary.kill();
                server.promote(standby);
                assertAllDoneOnce(pool);
                assertThat(count(pool, "effect where mode = 'limited'")).isEqualTo(LIMITED);
                assertThat(count(pool, "(select distinct id from effect where mode = 'part') as d"))
                        .isEqualTo(PARTS + 1);
                assertThat(count(pool, "effect where mode = 'part'")).isEqualTo(PARTS + 1);
                assertThat(count(pool, "effect where mode = 'end'")).isOne();
                assertThat(batch.progress()).contains(new BatchProgress(PARTS + 1, PARTS + 1, 0, 0));

                bound.mostConcurrent.set(0);
                another.getHikariPoolMXBean().softEvictConnections();
                other.enqueueAll(
                        Bound::limited,
                        IntStream.range(0, 3 * Bound.LIMIT)
                                .mapToObj(i -> new Note(LIMITED + i, "together"))
                                .toList());
                other.unique(key).enqueue(Bound::unique, new Note(2, "new"));
                await().atMost(Duration.ofSeconds(60)).until(() -> count(pool, "headroom_job") == 0);
                assertThat(bound.mostConcurrent).as("limited jobs at once").hasValue(Bound.LIMIT);
                assertThat(count(pool, "effect where mode = 'limited'")).isEqualTo(LIMITED + 3 * Bound.LIMIT);
                assertThat(count(pool, "effect where mode = 'unique' and id = 1"))
                        .isZero();
                assertThat(count(pool, "effect where mode = 'unique'")).isOne();
                other.close();
                queue.close();
            }
        }
    }

    @Test
    void workGoesOnWhenConnectionsAreCut() throws Exception {
        try (PostgresCluster cluster = PostgresCluster.builder().start();
                TcpProxy proxy = TcpProxy.to(cluster.primary())) {
            String url =
                    cluster.primary().jdbcUrl().replace(":" + cluster.primary().port(), ":" + proxy.port());
            try (HikariDataSource pool = Backend.pool(url);
                    HikariDataSource straight = Backend.pool(cluster.primary().jdbcUrl())) {
                JobQueue queue = enqueued(pool, new Bound());
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

    private JobQueue enqueued(HikariDataSource pool, Bound bound) throws SQLException {
        effects = new Effects(pool, 40);
        SchemaInstaller.install(pool);
        execute(pool, "create table effect (id bigint, mode varchar(20))");
        JobQueue queue = queue(pool, bound);
        queue.enqueueAll(Effects::plain, notes(JOBS));
        queue.enqueueAll(Effects::complete, notes(JOBS));
        queue.enqueueAll(Effects::lock, notes(JOBS));
        return queue;
    }

    private JobQueue queue(HikariDataSource pool, Bound bound) {
        return JobQueue.builder(pool)
                .handlers(effects, bound)
                .workers(2)
                .lease(Duration.ofSeconds(3))
                .pollInterval(Duration.ofMillis(200))
                .build();
    }

    private static List<Note> notes(int count) {
        return IntStream.range(0, count).mapToObj(i -> new Note(i, "")).toList();
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
                "select concat(count(*), ' ', kind, ', state ', state, ', lease ', coalesce(lease, 0), ', its node ',"
                        + " case when exists (select 1 from headroom_job_node n where n.id = lease) then 'lives' else 'is gone' end)"
                        + " from headroom_job where kind <> 'unique' group by kind, state, lease";
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
