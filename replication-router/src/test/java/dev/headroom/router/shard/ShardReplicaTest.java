package dev.headroom.router.shard;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import dev.headroom.RequestContext;
import dev.headroom.consistency.ConsistencyToken;
import dev.headroom.router.ReplicaRouter;
import dev.headroom.router.Routers;
import dev.headroom.router.hikari.HikariNodes;
import dev.headroom.testkit.PostgresCluster;
import dev.headroom.testkit.PostgresNode;
import dev.headroom.testkit.SharedPostgres;
import dev.headroom.testkit.TestDatabase;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Reads on replicas that do not know yet what has moved: each of the two clusters has a standby of its own, which can be paused. */
@Tag("one-jdk")
class ShardReplicaTest {
    private final PostgresCluster cluster = SharedPostgres.withStandbys(2);
    private final Map<String, PostgresNode> standbys =
            Map.of("s1", cluster.standbys().get(0), "s2", cluster.standbys().get(1));
    private final List<AutoCloseable> open = new ArrayList<>();
    private ShardRig rig;
    private Process here;
    private Process there;

    /** An application server. */
    private record Process(Routers routers, Shards shards) {}

    @BeforeEach
    void start() throws Exception {
        rig = new ShardRig(cluster.createDatabase(), cluster.createDatabase());
        here = process();
        there = process();
        here.shards().install();
        ShardRig.insert(here.shards(), 1);
        cluster.waitUntilCaughtUp();
        assertThat(seen(there, ConsistencyToken.NONE, 1)).isTrue();
    }

    private Process process() {
        Routers routers = Routers.of(router("s1"), router("s2"));
        ShardMap map =
                ShardMap.builder("db", 4).place(1, 2, "s1").place(3, 4, "s2").build();
        Shards shards = Shards.builder(map, routers).build();
        open.add(0, routers);
        open.add(0, shards);
        return new Process(routers, shards);
    }

    private ReplicaRouter router(String name) {
        TestDatabase database = rig.database(name);
        return ReplicaRouter.builder(name)
                .primary(HikariNodes.node("p-" + name, pool(database.jdbcUrl())))
                .replica(HikariNodes.node("r-" + name, pool(database.jdbcUrl(standbys.get(name)))))
                .probeEvery(Duration.ofMillis(50))
                .probeTimeout(Duration.ofSeconds(3))
                .staleness(Duration.ofSeconds(50), Duration.ofSeconds(60))
                .waitForReplica(Duration.ofMillis(20))
                .acquireTimeout(Duration.ofSeconds(3))
                .maxReadWait(Duration.ofSeconds(20))
                .build();
    }

    private HikariDataSource pool(String url) {
        HikariDataSource pool = ShardRig.pool(url);
        open.add(pool);
        return pool;
    }

    @AfterEach
    void close() throws Exception {
        standbys.values().forEach(PostgresNode::resumeReplay);
        for (AutoCloseable part : open) {
            part.close();
        }
        rig.close();
    }

    /** Writes in a request of its own; returns the cookie. */
    private static ConsistencyToken write(Process process, long id) throws Exception {
        return RequestContext.builder().build().call(() -> {
            ShardRig.insert(process.shards(), id);
            return process.routers().consistency().current();
        });
    }

    /** Reads in a request with this cookie. */
    private static boolean seen(Process process, ConsistencyToken cookie, long id) throws Exception {
        RequestContext request = RequestContext.builder()
                .consistency(process.routers().admit(cookie.value()))
                .build();
        return request.call(() -> ShardRig.sees(process.shards(), id));
    }

    @Test
    void whoWroteAfterAMoveIsNotAnsweredByAReplicaThatDoesNotKnowOfIt() throws Exception {
        standbys.get("s1").pauseReplay();
        here.shards().move("db1", "s2", ShardRig.BY_COLUMN);
        ConsistencyToken cookie = write(here, 2);
        assertThat(seen(there, cookie, 2)).isTrue();
        assertThat(seen(there, cookie, 1)).isTrue();
    }

    @Test
    void readsOnTheTargetWaitForTheArrival() throws Exception {
        here.shards().move("db1", "s2", ShardRig.BY_COLUMN);
        here.shards().move("db1", "s1", ShardRig.BY_COLUMN);
        cluster.waitUntilCaughtUp();
        standbys.get("s2").pauseReplay();
        here.shards().move("db1", "s2", ShardRig.BY_COLUMN);
        ConsistencyToken cookie = write(here, 3);
        for (Process process : List.of(here, there)) {
            assertThat(seen(process, ConsistencyToken.NONE, 1)).isTrue();
            assertThat(seen(process, cookie, 3)).isTrue();
        }
    }

    @Test
    void whatHasMovedToAndFroIsFoundThoughReplicasSendReadersInACircle() throws Exception {
        here.shards().move("db1", "s2", ShardRig.BY_COLUMN);
        ConsistencyToken cookie = write(here, 4);
        cluster.waitUntilCaughtUp();
        standbys.get("s1").pauseReplay();
        here.shards().move("db1", "s1", ShardRig.BY_COLUMN);
        standbys.get("s2").waitUntilCaughtUp();
        for (Process process : List.of(here, there)) {
            assertThat(seen(process, ConsistencyToken.NONE, 4)).isTrue();
            assertThat(seen(process, cookie, 4)).isTrue();
        }
        Scattered<Integer> parts = there.shards().scatter((name, shards, connection) -> shards.size());
        assertThat(parts.results().stream().mapToInt(Integer::intValue).sum()).isEqualTo(4);
    }

    /** Outside of requests what was written is known to the thread alone. */
    @Test
    void scatterReadOfABareThreadSeesWhatTheThreadHasWritten() throws Exception {
        standbys.get("s1").pauseReplay();
        ShardRig.insert(here.shards(), 6);
        List<Integer> counts = here.shards()
                .scatter((cluster, shards, connection) -> count(connection, 6))
                .results();
        assertThat(counts.stream().mapToInt(Integer::intValue).sum()).isEqualTo(1);
        List<Integer> ofAnother = RequestContext.builder()
                .build()
                .call(() -> here.shards().scatter((cluster, shards, connection) -> count(connection, 6)))
                .results();
        assertThat(ofAnother.stream().mapToInt(Integer::intValue).sum())
                .as("of who has not written it")
                .isZero();
    }

    @Test
    void whatAScatterReadOfABareThreadHasWrittenIsSeenByTheThreadAfterIt() throws Exception {
        standbys.values().forEach(PostgresNode::pauseReplay);
        here.shards().scatter((cluster, shards, connection) -> {
            if (cluster.equals("s1")) {
                onAnotherThread(() -> ShardRig.insert(here.shards(), 7));
            }
            return cluster;
        });
        assertThat(ShardRig.sees(here.shards(), 7)).isTrue();
    }

    /** In the same request: on its own thread all is read-only. */
    private static void onAnotherThread(Write write) throws SQLException {
        FutureTask<Boolean> written = new FutureTask<>(RequestContext.wrap(() -> {
            write.run();
            return true;
        }));
        new Thread(written).start();
        try {
            written.get(60, TimeUnit.SECONDS);
        } catch (InterruptedException | ExecutionException | TimeoutException e) {
            throw new SQLException(e);
        }
    }

    private interface Write {
        void run() throws SQLException;
    }

    private static int count(Connection connection, long id) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement("select count(*) from item where id = ?")) {
            select.setLong(1, id);
            try (ResultSet row = select.executeQuery()) {
                row.next();
                return row.getInt(1);
            }
        }
    }

    @Test
    void whoWroteBeforeTheReturnIsNotAnsweredByAReplicaOfTheFirstStay() throws Exception {
        standbys.get("s1").pauseReplay();
        here.shards().move("db1", "s2", ShardRig.BY_COLUMN);
        ConsistencyToken cookie = write(here, 5);
        here.shards().move("db1", "s1", ShardRig.BY_COLUMN);
        assertThat(seen(there, cookie, 5)).isTrue();
        assertThat(seen(here, cookie, 5)).isTrue();
    }
}
