package dev.headroom.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headroom.RequestContext;
import dev.headroom.testkit.SharedPostgres;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;

/** What a request has read on one replica it never goes back behind on another, whichever of its threads reads. */
@TestInstance(Lifecycle.PER_CLASS)
class ReplicasOfOneRequestTest {
    @AutoClose
    private final Rig rig = new Rig(
            SharedPostgres.withStandbys(2),
            2,
            options -> options.staleness(Duration.ofSeconds(20), Duration.ofSeconds(60))
                    .primaryFallback(64)
                    .waitForReplica(Duration.ofMillis(5)));

    @AfterEach
    void resume() {
        for (int number : new int[] {1, 2}) {
            rig.standby(number).replayDelay(Duration.ZERO);
            rig.standby(number).resumeReplay();
            rig.standby(number).waitUntilCaughtUp();
        }
    }

    @Test
    void requestNeverGoesBackInTimeBetweenReplicas() throws Exception {
        // r2 stands still; whoever has read r1 must not read r2 afterwards.
        rig.standby(2).pauseReplay();
        AtomicInteger wentBack = new AtomicInteger();
        for (int round = 0; round < 25; round++) {
            long id = rig.insert("round " + round);
            rig.standby(1).waitUntilCaughtUp();
            Thread other = new Thread(() -> readTwice(id, wentBack));
            other.start();
            other.join();
        }
        assertThat(wentBack).hasValue(0);
    }

    /** Threads of one request, each with a statement on another replica. */
    @Test
    void statementsOnSeveralReplicasGoOnSideBySide() throws Exception {
        try (Connection first = readOnly();
                Connection second = readOnly()) {
            RequestContext.builder().build().call(() -> {
                PreparedStatement one = first.prepareStatement("select count(*) from note");
                PreparedStatement two = second.prepareStatement("select count(*) from note");
                assertThat(Rig.nodeOf(first)).startsWith("r").isNotEqualTo(Rig.nodeOf(second));
                RequestContext request = RequestContext.current();
                for (int i = 0; i < 10; i++) {
                    one.executeQuery().close();
                    inAnotherThread(request, () -> two.executeQuery());
                }
                return null;
            });
        }
    }

    private Connection readOnly() throws SQLException {
        Connection connection = rig.dataSource().getConnection();
        connection.setReadOnly(true);
        return connection;
    }

    private static void inAnotherThread(RequestContext request, Callable<?> work) throws Exception {
        AtomicReference<Exception> failure = new AtomicReference<>();
        Thread thread = new Thread(() -> {
            try {
                request.call(work);
            } catch (Exception e) {
                failure.set(e);
            }
        });
        thread.start();
        thread.join();
        if (failure.get() != null) {
            throw failure.get();
        }
    }

    @Test
    void whatARequestHasReadOnSeveralReplicasAtOnceItNeverGoesBackBehind() throws Exception {
        rig.standby(2).pauseReplay();
        long id = rig.insert("on r1 only");
        rig.standby(1).waitUntilCaughtUp();
        inAnotherThread(RequestContext.builder().build(), () -> {
            RequestContext request = RequestContext.current();
            try (Connection first = readOnly();
                    Connection second = readOnly()) {
                String sql = "select 1 from note where id = " + id;
                PreparedStatement one = first.prepareStatement(sql);
                PreparedStatement two = second.prepareStatement(sql);
                AtomicInteger seen = new AtomicInteger(one.executeQuery().next() ? 1 : 0);
                inAnotherThread(request, () -> seen.addAndGet(two.executeQuery().next() ? 1 : 0));
                assertThat(seen).as("on one of two").hasValue(1);
            }
            for (int i = 0; i < 20; i++) {
                assertThat(rig.read(id).seen()).isTrue();
            }
            return null;
        });
    }

    /** What a thread has seen it must see again, also if another one of the request has read the same replica since. */
    @Test
    void whatAThreadHasReadCountsAlsoIfAnotherHasReadThereSince() throws Exception {
        rig.standby(2).pauseReplay();
        long id = rig.insert("on r1 only");
        rig.standby(1).waitUntilCaughtUp();
        inAnotherThread(RequestContext.builder().build(), () -> {
            RequestContext request = RequestContext.current();
            try (Connection first = readOnly();
                    Connection second = readOnly()) {
                String sql = "select 1 from note where id = " + id;
                PreparedStatement one = first.prepareStatement(sql);
                PreparedStatement two = second.prepareStatement(sql);
                boolean oneIsFresh = Rig.nodeOf(first).equals("r1");
                PreparedStatement fresh = oneIsFresh ? one : two;
                PreparedStatement old = oneIsFresh ? two : one;
                assertThat(fresh.executeQuery().next()).isTrue();
                inAnotherThread(request, fresh::executeQuery);
                assertThatThrownBy(old::executeQuery)
                        .isInstanceOf(SQLException.class)
                        .hasMessageContaining("r2");
            }
            return null;
        });
    }

    private void readTwice(long id, AtomicInteger wentBack) {
        RequestContext context = RequestContext.builder().build();
        try {
            context.call(() -> {
                boolean seen = false;
                for (int i = 0; i < 6; i++) {
                    boolean now = rig.read(id).seen();
                    if (seen && !now) {
                        wentBack.incrementAndGet();
                    }
                    seen |= now;
                }
                return null;
            });
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
