package dev.headroom.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.headroom.RequestContext;
import dev.headroom.consistency.ConsistencyToken;
import dev.headroom.testkit.PostgresCluster;
import dev.headroom.testkit.SharedPostgres;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;

@TestInstance(Lifecycle.PER_CLASS)
class ReadYourWritesTest {
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

    private static <T> T request(Callable<T> work) throws Exception {
        return RequestContext.builder().build().call(work);
    }

    @Test
    void pausedStandbyIsNotReadByTheRequestThatWrote() throws Exception {
        rig.standby(1).pauseReplay();
        rig.standby(2).pauseReplay();
        request(() -> {
            long id = rig.insert("mine");
            Rig.Answer answer = rig.read(id);
            assertThat(answer).isEqualTo(new Rig.Answer(true, "p"));
            return null;
        });
        request(() -> {
            // Another request wrote nothing, and the standbys are within the limit.
            assertThat(rig.read(1).node()).startsWith("r");
            return null;
        });
    }

    @Test
    void standbyThatHasCaughtUpServesTheWriterAgain() throws Exception {
        request(() -> {
            long id = rig.insert("mine");
            rig.standby(1).waitUntilCaughtUp();
            rig.standby(2).waitUntilCaughtUp();
            // As soon as a probe has seen that they have, which takes longer on a busy machine.
            await().pollInSameThread().untilAsserted(() -> {
                Rig.Answer answer = rig.read(id);
                assertThat(answer.seen()).isTrue();
                assertThat(answer.node()).startsWith("r");
            });
            return null;
        });
    }

    @Test
    void autoCommitWritesAreSeenToo() throws Exception {
        rig.standby(1).pauseReplay();
        rig.standby(2).pauseReplay();
        request(() -> {
            long id;
            try (Connection connection = rig.dataSource().getConnection()) {
                id = Rig.insert(connection, "auto-commit");
                assertThat(rig.read(id)).isEqualTo(new Rig.Answer(true, "p"));
            }
            assertThat(rig.router.consistency().current().isNone()).isFalse();
            return null;
        });
    }

    @Test
    void clientThatOnlyReadsNeverGoesBackInTimeWithMonotonicReads() throws Exception {
        try (ReplicaRouter router = rig.secondRouter(
                options -> Rig.patient(options).waitForReplica(Duration.ZERO).monotonicReads(true))) {
            rig.standby(1).pauseReplay();
            long id = rig.insert("of somebody else");
            rig.standby(2).waitUntilCaughtUp();
            String cookie = "";
            Set<String> nodes = new HashSet<>();
            boolean seen = false;
            for (int i = 0; i < 40 || (!seen && i < 600); i++) {
                RequestContext next = RequestContext.builder()
                        .consistency(router.admit(cookie))
                        .build();
                String[] token = new String[1];
                Rig.Answer answer = next.call(() -> RouteScope.readOnly().call(() -> {
                    try (Connection connection = router.dataSource().getConnection()) {
                        Rig.Answer read = Rig.read(connection, id);
                        connection.close();
                        token[0] = router.consistency().current().value();
                        return read;
                    }
                }));
                assertThat(!seen || answer.seen())
                        .as("seen before, by " + answer.node())
                        .isTrue();
                seen |= answer.seen();
                nodes.add(answer.node());
                cookie = token[0];
            }
            assertThat(seen).isTrue();
            assertThat(nodes).contains("r2");
        }
    }

    @Test
    void rollbackTellsNoPosition() throws Exception {
        request(() -> {
            try (Connection connection = rig.dataSource().getConnection()) {
                connection.setAutoCommit(false);
                Rig.insert(connection, "never");
                connection.rollback();
            }
            assertThat(rig.router.consistency().current()).isEqualTo(ConsistencyToken.NONE);
            return null;
        });
    }

    @Test
    void transactionThatOnlyReadsTellsNoPosition() throws Exception {
        request(() -> {
            try (Connection connection = rig.dataSource().getConnection()) {
                connection.setAutoCommit(false);
                Rig.read(connection, 1);
                connection.commit();
            }
            assertThat(rig.router.consistency().current()).isEqualTo(ConsistencyToken.NONE);
            return null;
        });
    }

    @Test
    void writingFunctionTellsItsPosition() throws Exception {
        Rig.execute(
                rig.database.dataSource(),
                "create function note_it() returns bigint language sql as"
                        + " $$ insert into note (text) values ('by function') returning id $$");
        request(() -> {
            try (Connection connection = rig.dataSource().getConnection()) {
                connection.setAutoCommit(false);
                try (Statement statement = connection.createStatement()) {
                    statement.executeQuery("select note_it()").close();
                }
                connection.commit();
            }
            assertThat(rig.router.consistency().current().isNone()).isFalse();
            return null;
        });
    }

    @Test
    void tokenCarriesTheWriteToAnotherRequestAndThread() throws Exception {
        rig.standby(1).pauseReplay();
        rig.standby(2).pauseReplay();
        AtomicInteger id = new AtomicInteger();
        ConsistencyToken token = request(() -> {
            id.set((int) rig.insert("carried"));
            return rig.router.consistency().current();
        });
        Rig.Answer without = request(() -> rig.read(id.get()));
        Rig.Answer with = request(() -> rig.router.consistency().within(token, () -> rig.read(id.get())));
        assertThat(without).isEqualTo(new Rig.Answer(false, without.node()));
        assertThat(without.node()).startsWith("r");
        assertThat(with).isEqualTo(new Rig.Answer(true, "p"));
    }

    @Test
    void capturedPositionCoversWhatHasCommittedBefore() throws Exception {
        rig.standby(1).pauseReplay();
        rig.standby(2).pauseReplay();
        long id = request(() -> rig.insert("captured"));
        ConsistencyToken token;
        try (Connection connection = rig.database.dataSource().getConnection()) {
            token = rig.router.consistency().capture(connection);
        }
        assertThat(request(() -> rig.router.consistency().within(token, () -> rig.read(id))))
                .isEqualTo(new Rig.Answer(true, "p"));
        try (Connection connection = rig.database.dataSource(rig.standby(1)).getConnection()) {
            ConsistencyToken old = rig.router.consistency().capture(connection);
            assertThat(request(() -> rig.router.consistency().within(old, () -> rig.read(id)))
                            .node())
                    .startsWith("r");
        }
    }

    @Test
    void writesInsideOfWithinAreKeptByTheRequest() throws Exception {
        ConsistencyToken before = request(() -> {
            rig.insert("first");
            return rig.router.consistency().current();
        });
        request(() -> {
            rig.router.consistency().within(before, () -> rig.insert("second"));
            ConsistencyToken after = rig.router.consistency().current();
            assertThat(after).isNotEqualTo(before);
            assertThat(after.isNone()).isFalse();
            return null;
        });
    }

    @Test
    void forgedPositionIsCutDownToThePrimarys() throws Exception {
        rig.insert("real");
        ConsistencyToken forged = rig.router.admit("v1~main:p1:7ffffffffffffff0");
        assertThat(forged.value()).startsWith("v1~main:p1:").isNotEqualTo("v1~main:p1:7ffffffffffffff0");
        assertThat(rig.router.admit("v1~main:p999:5").value()).startsWith("v1~main:p1:");
        for (String rubbish : List.of("", "x", "v2~main:p1:5", "v1~main:p-1:5", "v1~main:p1:ffffffffffffffff", "a b")) {
            assertThat(rig.router.admit(rubbish)).as(rubbish).isEqualTo(ConsistencyToken.NONE);
        }
    }

    @Test
    void positionOfAnotherClustersConnectionIsThatOfTheOwnPrimary() throws Exception {
        rig.standby(1).pauseReplay();
        rig.standby(2).pauseReplay();
        long id = request(() -> rig.insert("before the capture"));
        try (PostgresCluster elsewhere = PostgresCluster.builder().start();
                Connection other = elsewhere.primary().dataSource().getConnection();
                Connection h2 = DriverManager.getConnection("jdbc:h2:mem:elsewhere")) {
            for (Connection foreign : List.of(other, h2)) {
                ConsistencyToken token = rig.router.consistency().capture(foreign);
                assertThat(request(() -> rig.router.consistency().within(token, () -> rig.read(id))))
                        .as("captured on " + foreign.getMetaData().getDatabaseProductName())
                        .isEqualTo(new Rig.Answer(true, "p"));
            }
        }
    }

    @Test
    void thousandsOfReadsUnderPauseAndDelayAreNeverStale() throws Exception {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        AtomicInteger stale = new AtomicInteger();
        AtomicInteger reads = new AtomicInteger();
        AtomicInteger onReplica = new AtomicInteger();
        List<Throwable> failures = new ArrayList<>();
        List<Thread> clients = new ArrayList<>();
        long latest = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        BooleanSupplier enough = () -> reads.get() > 1_200 || System.nanoTime() > latest;
        for (int client = 0; client < 6; client++) {
            Random random = new Random(seed + client);
            Thread thread = new Thread(() -> {
                try {
                    while (!enough.getAsBoolean()) {
                        session(random, reads, onReplica, stale);
                    }
                } catch (Exception | AssertionError e) {
                    synchronized (failures) {
                        failures.add(e);
                    }
                }
            });
            thread.start();
            clients.add(thread);
        }
        Random random = new Random(seed);
        while (!enough.getAsBoolean()) {
            rig.standby(1 + random.nextInt(2)).pauseReplay();
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(random.nextInt(300)));
            rig.standby(1 + random.nextInt(2)).replayDelay(Duration.ofMillis(random.nextInt(2) * 100L));
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(random.nextInt(300)));
            rig.standby(1).resumeReplay();
            rig.standby(2).resumeReplay();
        }
        for (Thread thread : clients) {
            thread.join();
        }
        System.out.println("reads " + reads + ", on replicas " + onReplica + ", stale " + stale);
        assertThat(failures).isEmpty();
        assertThat(stale).hasValue(0);
        assertThat(reads).hasValueGreaterThan(1_000);
        assertThat(onReplica).hasValueGreaterThan(reads.get() / 20);
    }

    /** A client's requests: each carries the position of the one before, as a cookie would. */
    private void session(Random random, AtomicInteger reads, AtomicInteger onReplica, AtomicInteger stale)
            throws Exception {
        List<Long> written = new ArrayList<>();
        String cookie = "";
        for (int i = 0; i < 4; i++) {
            RequestContext context = RequestContext.builder()
                    .consistency(rig.router.admit(cookie))
                    .build();
            cookie = context.call(() -> {
                written.add(random.nextBoolean() ? rig.insert("tx") : insertAutoCommit());
                return rig.router.consistency().current().value();
            });
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(random.nextInt(3)));
            for (int j = 0; j < 5; j++) {
                RequestContext next = RequestContext.builder()
                        .consistency(rig.router.admit(cookie))
                        .build();
                Rig.Answer answer = next.call(() -> rig.read(written.get(written.size() - 1)));
                reads.incrementAndGet();
                if (answer.node().startsWith("r")) {
                    onReplica.incrementAndGet();
                }
                if (!answer.seen()) {
                    stale.incrementAndGet();
                }
            }
        }
    }

    private long insertAutoCommit() throws SQLException {
        try (Connection connection = rig.dataSource().getConnection()) {
            return Rig.insert(connection, "auto");
        }
    }
}
