package dev.headroom.router.dialect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.headroom.RequestContext;
import dev.headroom.consistency.ConsistencyToken;
import dev.headroom.router.NodeRole;
import dev.headroom.router.NodeState;
import dev.headroom.router.ReadOnlyViolationException;
import dev.headroom.router.ReplicaRouter;
import dev.headroom.router.RouteScope;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.TestMethodOrder;

/** What every dialect promises, on a real primary and replica. Each test leaves the pair whole; the promotion comes last. */
@TestInstance(Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
abstract class DialectContract extends DialectRig {
    private static final Duration MEASURED = Duration.ofMillis(700);

    private final boolean tellsWhetherItWrote;
    private final boolean refusesWritesInReadOnlyUnits;

    DialectContract(Pair pair, boolean tellsWhetherItWrote, boolean refusesWritesInReadOnlyUnits) {
        super(pair);
        this.tellsWhetherItWrote = tellsWhetherItWrote;
        this.refusesWritesInReadOnlyUnits = refusesWritesInReadOnlyUnits;
    }

    @Test
    @Order(1)
    void idlePrimaryMakesNoLag() {
        assertThat(status("p").role()).isEqualTo(NodeRole.PRIMARY);
        assertThat(status("r1").role()).isEqualTo(NodeRole.REPLICA);
        await().atMost(LONG).until(() -> status("r1").lag().isPresent());
        await().during(MEASURED)
                .atMost(LONG)
                .untilAsserted(() -> assertThat(status("r1").lag().orElse(Duration.ofDays(1)))
                        .isLessThan(Duration.ofMillis(600)));
    }

    @Test
    @Order(1)
    void clientSeesWhatItWroteAndOthersAreNotDelayed() throws Exception {
        pair.pauseReplay();
        try {
            long id = nextId();
            ConsistencyToken token = RequestContext.builder().build().call(() -> {
                insert(id);
                return router.consistency().current();
            });
            assertThat(token.isNone()).isFalse();
            assertThat(readWith(token, id)).isEqualTo(new Answer(true, "p"));
            assertThat(readWith(ConsistencyToken.NONE, id)).isEqualTo(new Answer(false, "r1"));
            pair.resumeReplay();
            await().atMost(LONG)
                    .untilAsserted(() -> assertThat(readWith(token, id)).isEqualTo(new Answer(true, "r1")));
        } finally {
            pair.resumeReplay();
        }
    }

    @Test
    @Order(1)
    void writeInAutoCommitModeIsSeenToo() throws Exception {
        pair.pauseReplay();
        try {
            long id = nextId();
            Answer answer = RequestContext.builder().build().call(() -> {
                execute(router.dataSource(), "insert into note values (" + id + ", 'auto')");
                return readWith(router.consistency().current(), id);
            });
            assertThat(answer).isEqualTo(new Answer(true, "p"));
        } finally {
            pair.resumeReplay();
        }
    }

    @Test
    @Order(1)
    void transactionThatWroteNothingHasNoPosition() throws Exception {
        ConsistencyToken token = RequestContext.builder().build().call(() -> {
            try (Connection connection = router.dataSource().getConnection()) {
                connection.setAutoCommit(false);
                insertNothing(connection); // what was written before on this connection is told here at the latest
                return RequestContext.builder().build().call(() -> {
                    insertNothing(connection);
                    return router.consistency().current();
                });
            }
        });
        assertThat(token.isNone()).isEqualTo(tellsWhetherItWrote);
    }

    private static void insertNothing(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.executeQuery("select count(*) from note").close();
            statement.executeUpdate("update note set text = 'x' where id = -1");
        }
        connection.commit();
    }

    @Test
    @Order(1)
    void capturedPositionCoversWhatHasCommitted() throws Exception {
        pair.pauseReplay();
        try {
            long id = nextId();
            RequestContext.builder().build().call(() -> {
                insert(id);
                return null;
            });
            ConsistencyToken token;
            try (Connection connection = DriverManager.getConnection(pair.url("p"))) {
                token = router.consistency().capture(connection);
            }
            assertThat(readWith(token, id)).isEqualTo(new Answer(true, "p"));
        } finally {
            pair.resumeReplay();
        }
    }

    @Test
    @Order(1)
    void forgedPositionIsCutDownToThePrimarys() throws Exception {
        ConsistencyToken forged = router.admit("v1~main:999999999:7fffffffffffffff");
        pair.waitUntilCaughtUp();
        await().atMost(LONG)
                .untilAsserted(() -> assertThat(readWith(forged, 0).node()).isEqualTo("r1"));
    }

    @Test
    @Order(1)
    void lagIsNeverTooLow() throws Exception {
        assertThat(measure()).isLessThanOrEqualTo(0);
        pair.pauseReplay();
        try {
            assertThat(measure()).isLessThanOrEqualTo(0);
            await().atMost(LONG).until(() -> status("r1").lag().orElse(LONG).compareTo(MEASURED) > 0);
        } finally {
            pair.resumeReplay();
        }
    }

    @Test
    @Order(1)
    void readsWithPositionAreNeverStale() throws Exception {
        int onReplica = 0;
        for (int i = 0; i < 120; i++) {
            if (i % 40 == 20) {
                pair.pauseReplay();
            } else if (i % 40 == 30) {
                pair.resumeReplay();
            }
            long id = nextId();
            ConsistencyToken token = RequestContext.builder().build().call(() -> {
                insert(id);
                return router.consistency().current();
            });
            Answer answer = readWith(token, id);
            assertThat(answer.seen())
                    .as("read %s of %s with %s", i, answer, token)
                    .isTrue();
            onReplica += answer.node().equals("r1") ? 1 : 0;
        }
        pair.resumeReplay();
        assertThat(onReplica).isPositive();
    }

    @Test
    @Order(1)
    void writeInAReadOnlyUnitIsRefusedWhoeverAnswers() throws Exception {
        if (!refusesWritesInReadOnlyUnits) {
            return;
        }
        RouteScope readOnly = RouteScope.readOnly();
        String sql = "insert into note values (-7, 'never')";
        assertThatThrownBy(() -> readOnly.call(() -> executeRouted(sql)))
                .isInstanceOf(ReadOnlyViolationException.class);
        pair.pauseReplay();
        try {
            RequestContext.builder().build().call(() -> {
                insert(nextId());
                assertThat(readOnly.call(() -> read(0)).node()).isEqualTo("p");
                assertThatThrownBy(() -> readOnly.call(() -> executeRouted(sql)))
                        .isInstanceOf(ReadOnlyViolationException.class);
                return null;
            });
        } finally {
            pair.resumeReplay();
        }
        insert(nextId()); // the connections of that take writes again
        assertThat(status("p").state()).isEqualTo(NodeState.UP);
    }

    @Test
    @Order(2)
    void killedReplicaFailsNoReadAndIsUsedWhenItIsBack() throws Exception {
        pair.waitUntilCaughtUp();
        await().atMost(LONG)
                .until(() -> readWith(ConsistencyToken.NONE, 0).node().equals("r1"));
        pair.killReplica();
        try {
            for (int i = 0; i < 20; i++) {
                assertThat(readWith(ConsistencyToken.NONE, 0).node()).isEqualTo("p");
            }
        } finally {
            pair.restartReplica();
        }
        await().atMost(LONG)
                .until(() -> readWith(ConsistencyToken.NONE, 0).node().equals("r1"));
    }

    @Test
    @Order(3)
    void writesFollowAPromotionAndTheOldPrimaryIsFenced() throws Exception {
        long before = nextId();
        ConsistencyToken old = RequestContext.builder().build().call(() -> {
            insert(before);
            return router.consistency().current();
        });
        pair.waitUntilCaughtUp();
        pair.killPrimary();
        pair.promoteReplica();
        long id = nextId();
        ConsistencyToken token = RequestContext.builder().build().call(() -> {
            insert(id); // waits for the promotion to be seen
            return router.consistency().current();
        });
        assertThat(Routes.nodeOf(router.decide(RouteScope.primary()))).isEqualTo("r1");
        assertThat(readWith(old, before)).isEqualTo(new Answer(true, "r1"));
        assertThat(readWith(token, id)).isEqualTo(new Answer(true, "r1"));

        pair.restartOldPrimary();
        await().atMost(LONG).until(() -> status("p").state() == NodeState.FENCED);
        insert(nextId());
        assertThat(status("p").role()).isEqualTo(NodeRole.PRIMARY);
        // Who comes later sees two that take writes, and the first is configured as the primary.
        try (ReplicaRouter late = router(options -> options)) {
            await().atMost(LONG)
                    .until(() ->
                            Routes.nodeOf(late.decide(RouteScope.primary())).equals("r1"));
        }
    }

    /** Writes and compares the lag with the age of the oldest commit that the replica does not show; returns how much it was too low. */
    private long measure() throws SQLException {
        Deque<long[]> unseen = new ArrayDeque<>();
        long mostTooLow = 0;
        long end = System.nanoTime() + MEASURED.toNanos();
        try (Connection primary = DriverManager.getConnection(pair.url("p"));
                Connection replica = DriverManager.getConnection(pair.url("r1"));
                PreparedStatement insert = primary.prepareStatement("insert into note values (?, 'lag')");
                PreparedStatement newest = replica.prepareStatement("select max(id) from note")) {
            while (System.nanoTime() < end) {
                long id = nextId();
                insert.setLong(1, id);
                insert.executeUpdate();
                unseen.add(new long[] {id, System.nanoTime()});
                // The lag is asked first: what shows only afterwards can't excuse it.
                Duration lag = status("r1").lag().orElse(Duration.ofDays(1));
                long at = System.nanoTime();
                long shown;
                try (ResultSet row = newest.executeQuery()) {
                    row.next();
                    shown = row.getLong(1);
                }
                while (!unseen.isEmpty() && unseen.peek()[0] <= shown) {
                    unseen.poll();
                }
                long truth = unseen.isEmpty() ? 0 : at - unseen.peek()[1];
                mostTooLow = Math.max(mostTooLow, truth - lag.toNanos() - TimeUnit.MILLISECONDS.toNanos(1));
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
            }
        }
        return mostTooLow;
    }
}
