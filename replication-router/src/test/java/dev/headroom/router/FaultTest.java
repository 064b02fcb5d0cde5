package dev.headroom.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.headroom.RequestContext;
import dev.headroom.testkit.PostgresCluster;
import dev.headroom.testkit.PostgresNode;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.TestMethodOrder;

@TestInstance(Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@Tag("one-jdk")
class FaultTest {
    @AutoClose
    private final PostgresCluster cluster =
            PostgresCluster.builder().standbys(2).start();

    private final Rig rig =
            new Rig(cluster, 2, options -> options.staleness(Duration.ofSeconds(2), Duration.ofSeconds(30)));

    @AfterAll
    void close() {
        rig.close();
    }

    @BeforeEach
    void heal() {
        for (PostgresNode node : cluster.nodes()) {
            if (!node.running()) {
                node.restart();
            }
        }
        cluster.waitUntilCaughtUp();
        await().atMost(Duration.ofSeconds(20))
                .until(() -> rig.router.nodes().stream().allMatch(node -> node.state() == NodeState.UP));
    }

    @Test
    void readsGoOnWhenStandbysAreKilledOneByOne() throws Exception {
        long id = rig.insert("there");
        cluster.waitUntilCaughtUp();
        rig.standby(1).kill();
        Longest afterFirst = reads(id, 100);
        // A pool may hand out a connection that has just died; the first to meet it tells the router.
        assertThat(afterFirst.failed).isLessThanOrEqualTo(1);
        assertThat(afterFirst.millis).isLessThan(1_500);

        rig.standby(2).kill();
        Longest afterSecond = reads(id, 100);
        assertThat(afterSecond.failed).isLessThanOrEqualTo(1);
        assertThat(afterSecond.millis).isLessThan(1_500);
        assertThat(rig.read(id)).isEqualTo(new Rig.Answer(true, "p"));
        assertThat(rig.status("r1").state()).isEqualTo(NodeState.DOWN);
        assertThat(rig.status("r1").lastFailure()).isPresent();

        rig.standby(1).restart();
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(rig.read(id).node()).isEqualTo("r1"));
    }

    @Test
    void readsGoOnWhenAStandbyHangs() throws Exception {
        long id = rig.insert("there");
        cluster.waitUntilCaughtUp();
        CompletableFuture<Long> stuck = new CompletableFuture<>();
        Thread reader = new Thread(() -> stuck.complete(millisOfLongRead()));
        reader.start();
        await().until(() -> rig.status("r1").inFlight() + rig.status("r2").inFlight() == 1);
        int hung = rig.status("r1").inFlight() == 1 ? 1 : 2;

        rig.standby(hung).suspend();
        long start = System.nanoTime();
        Longest longest = reads(id, 100);
        assertThat(longest.failed).as("reads that failed").isLessThanOrEqualTo(1);
        assertThat(longest.millis).as("longest read, ms").isLessThan(2_500);
        stuck.get(20, TimeUnit.SECONDS);
        assertThat(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start))
                .as("ms until the read that hung was aborted")
                .isLessThan(10_000);

        rig.standby(hung).resume();
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(rig.status("r" + hung).state()).isEqualTo(NodeState.UP));
    }

    @Test
    @Order(Integer.MAX_VALUE)
    void promotedStandbyTakesTheWritesAndItsSiblingIsFencedUntilItFollows() throws Exception {
        rig.insert("before");
        cluster.waitUntilCaughtUp();
        cluster.primary().kill();
        rig.standby(1).promote();
        await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> {
            assertThat(rig.status("r1").role()).isEqualTo(NodeRole.PRIMARY);
            assertThat(rig.router.decide(RouteScope.primary())).isInstanceOf(RouteDecision.ToPrimary.class);
            assertThat(Rig.nodeOf(rig.router.decide(RouteScope.primary()))).isEqualTo("r1");
        });
        long id = RequestContext.builder().build().call(() -> {
            long written = rig.insert("after");
            assertThat(rig.read(written)).isEqualTo(new Rig.Answer(true, "r1"));
            return written;
        });
        assertThat(rig.status("r2").state()).isEqualTo(NodeState.FENCED);
        rig.standby(2).follow(cluster.primary());
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(rig.read(id)).isEqualTo(new Rig.Answer(true, "r2")));
    }

    @Test
    void refusesInBoundedTimeWhenNobodyAnswers() {
        rig.standby(1).kill();
        rig.standby(2).kill();
        cluster.primary().kill();
        await().until(() -> rig.router.nodes().stream().allMatch(node -> node.state() == NodeState.DOWN));
        long start = System.nanoTime();
        assertThatThrownBy(() -> rig.read(1))
                .isInstanceOfSatisfying(
                        RouteRefusedException.class,
                        refused -> assertThat(refused.decision())
                                .isEqualTo(new RouteDecision.Refused(RouteDecision.Reason.REPLICAS_DOWN)))
                .hasMessageContaining("r1=REPLICA/DOWN");
        assertThat(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start)).isLessThan(2_000);
    }

    private long millisOfLongRead() {
        long start = System.nanoTime();
        try {
            RouteScope.readOnly().once().call(() -> {
                try (Connection connection = rig.dataSource().getConnection();
                        Statement statement = connection.createStatement()) {
                    statement.execute("select pg_sleep(60)");
                }
                return null;
            });
        } catch (SQLException aborted) {
            return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
        throw new IllegalStateException("the long read was not aborted");
    }

    private Longest reads(long id, int count) throws Exception {
        Longest longest = new Longest();
        for (int i = 0; i < count; i++) {
            long start = System.nanoTime();
            try {
                assertThat(rig.read(id).seen()).isTrue();
            } catch (SQLException failure) {
                longest.failed++;
            }
            longest.millis = Math.max(longest.millis, TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start));
        }
        return longest;
    }

    private static final class Longest {
        long millis;
        int failed;
    }
}
