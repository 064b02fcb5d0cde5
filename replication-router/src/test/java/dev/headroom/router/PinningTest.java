package dev.headroom.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.headroom.RequestContext;
import dev.headroom.config.ConfigurationException;
import dev.headroom.consistency.ConsistencyToken;
import dev.headroom.router.RouteDecision.Reason;
import dev.headroom.testkit.SharedPostgres;
import java.sql.Connection;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;

/** Reads that go by the time since the last write, with a standby that has everything. */
@TestInstance(Lifecycle.PER_CLASS)
class PinningTest {
    private static final Duration PIN = Duration.ofSeconds(40);

    private final AtomicLong later = new AtomicLong();

    @AutoClose
    private final Rig rig = new Rig(
            SharedPostgres.withStandbys(1),
            1,
            options -> Rig.patient(options).pinAfterWrite(PIN).ticker(() -> System.nanoTime() + later.get()));

    private static <T> T request(ConsistencyToken token, Callable<T> work) throws Exception {
        return RequestContext.builder().consistency(token).build().call(work);
    }

    private ConsistencyToken current() {
        return rig.router.consistency().current();
    }

    @Test
    void whoHasWrittenReadsThePrimaryThoughTheStandbyHasItAll() throws Exception {
        ConsistencyToken[] cookie = new ConsistencyToken[3];
        cookie[0] = request(ConsistencyToken.NONE, () -> {
            assertThat(rig.read(1).node()).isEqualTo("r1");
            long id = rig.insert("mine");
            rig.standby(1).waitUntilCaughtUp();
            assertThat(rig.read(id)).isEqualTo(new Rig.Answer(true, "p"));
            assertThat(rig.router.decide(RouteScope.readOnly()).reason()).isEqualTo(Reason.PINNED);
            return current();
        });
        // The next request, on another server perhaps, reads; the one after it writes again, without a transaction.
        cookie[1] = request(rig.router.admit(cookie[0].value()), () -> {
            assertThat(rig.read(1).node()).isEqualTo("p");
            return current();
        });
        assertThat(cookie[1]).as("a read does not prolong it").isEqualTo(cookie[0]);
        cookie[2] = request(rig.router.admit(cookie[1].value()), () -> {
            Rig.execute(rig.dataSource(), "insert into note (text) values ('again')");
            assertThat(rig.read(1).node()).isEqualTo("p");
            return current();
        });
        assertThat(cookie[2]).as("a write does").isNotEqualTo(cookie[1]);
        assertThat(request(ConsistencyToken.NONE, () -> rig.read(1)).node())
                .as("somebody else")
                .isEqualTo("r1");
        assertThat(request(ConsistencyToken.NONE, () -> rig.router.consistency().within(cookie[2], () -> rig.read(1)))
                        .node())
                .isEqualTo("p");
    }

    @Test
    void threadWithoutARequestReadsReplicasAgainWhenTheTimeIsOver() throws Exception {
        Thread[] own = new Thread[1];
        Callable<Void> work = () -> {
            rig.insert("mine");
            rig.standby(1).waitUntilCaughtUp();
            assertThat(rig.read(1).node()).isEqualTo("p");
            later.addAndGet(PIN.toNanos() + TimeUnit.SECONDS.toNanos(1));
            await().pollInSameThread()
                    .untilAsserted(() -> assertThat(rig.read(1).node()).isEqualTo("r1"));
            return null;
        };
        Throwable[] failure = new Throwable[1];
        own[0] = new Thread(() -> {
            try {
                work.call();
            } catch (Throwable e) {
                failure[0] = e;
            }
        });
        own[0].start();
        own[0].join();
        assertThat(failure[0]).isNull();
    }

    @Test
    void transactionThatOnlyReadsPinsNobody() throws Exception {
        request(ConsistencyToken.NONE, () -> {
            try (Connection connection = rig.dataSource().getConnection()) {
                connection.setAutoCommit(false);
                Rig.read(connection, 1);
                connection.commit();
            }
            assertThat(current()).isEqualTo(ConsistencyToken.NONE);
            await().pollInSameThread()
                    .untilAsserted(() -> assertThat(rig.read(1).node()).isEqualTo("r1"));
            return null;
        });
    }

    @Test
    void cookieLivesAsLongAsThePinWhateverElseIsSaid() {
        NodeSpec node = NodeSpec.of("p", rig.pools.get(0));
        Duration second = Duration.ofSeconds(1);
        try (ReplicaRouter positions =
                        ReplicaRouter.builder("positions").primary(node).build();
                ReplicaRouter first = ReplicaRouter.builder("first")
                        .primary(node)
                        .pinAfterWrite(PIN)
                        .positionCookie("position", second)
                        .build();
                ReplicaRouter last = ReplicaRouter.builder("last")
                        .primary(node)
                        .positionCookie("position", second)
                        .pinAfterWrite(PIN)
                        .build()) {
            assertThat(positions.positionLife()).isEqualTo(Duration.ofSeconds(30));
            assertThat(first.positionLife()).isEqualTo(PIN);
            assertThat(last.positionLife()).isEqualTo(PIN);
            assertThat(Routers.of(positions, first).positionLife()).isEqualTo(PIN);
        }
    }

    @Test
    void timeIsBounded() {
        assertThatThrownBy(() -> ReplicaRouter.builder("main").pinAfterWrite(Duration.ofMinutes(2)))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("pinAfterWrite: PT2M (expected: PT1S to PT1M)");
    }
}
