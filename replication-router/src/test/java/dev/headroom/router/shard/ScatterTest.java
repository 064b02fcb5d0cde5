package dev.headroom.router.shard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariDataSource;
import dev.headroom.Deadline;
import dev.headroom.RequestContext;
import dev.headroom.router.NodeSpec;
import dev.headroom.router.ReplicaRouter;
import dev.headroom.router.Routers;
import dev.headroom.testkit.SharedPostgres;
import dev.headroom.testkit.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.sql.SQLTransientConnectionException;
import java.sql.SQLTransientException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;

/** How many clusters are read at one time, and what becomes of a read when one does not answer. */
@TestInstance(Lifecycle.PER_CLASS)
@Tag("one-jdk")
class ScatterTest {
    private static final Duration LONG = Duration.ofSeconds(30);

    /** For a cluster that answers. */
    private static final Duration ENOUGH = Duration.ofSeconds(5);

    private static final ShardMap MAP = ShardMap.builder("db", 3)
            .place(1, 1, "s1")
            .place(2, 2, "s2")
            .place(3, 3, "s3")
            .build();

    private final List<AutoCloseable> open = new ArrayList<>();
    private Routers routers;

    @BeforeAll
    void start() throws SQLException {
        List<ReplicaRouter> each =
                MAP.clusters().stream().sorted().map(this::router).toList();
        routers = Routers.of(each.get(0), each.get(1), each.get(2));
        open.add(0, routers);
        try (Shards shards = shards(options -> options)) {
            shards.install();
        }
    }

    /** So that no read with little time has to connect first. */
    @BeforeEach
    void connect() throws Exception {
        try (Shards shards = shards(options -> options.scatterWait(LONG))) {
            shards.scatter((cluster, parts, connection) -> cluster);
        }
    }

    private ReplicaRouter router(String cluster) {
        TestDatabase database = SharedPostgres.createDatabase();
        HikariDataSource pool = ShardRig.pool(database.jdbcUrl());
        open.add(0, database);
        open.add(0, pool);
        return ReplicaRouter.builder(cluster).primary(NodeSpec.of("p", pool)).build();
    }

    private Shards shards(UnaryOperator<Shards.Builder> options) {
        return options.apply(Shards.builder(MAP, routers)).build();
    }

    @AfterAll
    void close() throws Exception {
        for (AutoCloseable part : open) {
            part.close();
        }
    }

    /** Is there with others. */
    private static final class Meeting {
        final AtomicInteger most = new AtomicInteger();
        private final AtomicInteger now = new AtomicInteger();
        private final CountDownLatch expected;

        Meeting(int expected) {
            this.expected = new CountDownLatch(expected);
        }

        int attend() throws SQLException {
            most.accumulateAndGet(now.incrementAndGet(), Math::max);
            expected.countDown();
            reached(expected);
            return now.decrementAndGet();
        }
    }

    @Test
    void oneReadReadsAsManyClustersAtOneTimeAsItMay() throws Exception {
        Meeting meeting = new Meeting(2);
        try (Shards shards = shards(options -> options.scatterConcurrency(2))) {
            Scattered<Integer> scattered = shards.scatter((cluster, parts, connection) -> meeting.attend());
            assertThat(scattered.results()).hasSize(3);
        }
        assertThat(meeting.most).hasValue(2);
    }

    @Test
    void severalReadsDoNotWaitForEachOther() throws Exception {
        int readers = 4;
        Meeting meeting = new Meeting(readers);
        try (Shards shards = shards(options -> options.scatterConcurrency(1))) {
            CompletableFuture<?>[] reads = IntStream.range(0, readers)
                    .mapToObj(number -> CompletableFuture.runAsync(
                            () -> {
                                try {
                                    shards.scatter((cluster, parts, connection) ->
                                            cluster.equals("s1") ? meeting.attend() : 0);
                                } catch (Exception e) {
                                    throw new IllegalStateException(e);
                                }
                            },
                            task -> new Thread(task).start()))
                    .toArray(CompletableFuture[]::new);
            assertThat(CompletableFuture.allOf(reads)).succeedsWithin(LONG);
        }
        assertThat(meeting.most).hasValue(readers);
    }

    @Test
    void readWithinAReadFindsAThread() throws Exception {
        try (Shards shards = shards(options -> options.scatterConcurrency(1).scatterWait(LONG))) {
            Scattered<Integer> scattered = shards.scatter((cluster, parts, connection) -> {
                try {
                    return shards.scatter((inner, innerParts, innerConnection) -> 1)
                            .results()
                            .size();
                } catch (InterruptedException e) {
                    throw new SQLException(e);
                }
            });
            assertThat(scattered.results()).containsExactly(3, 3, 3);
        }
    }

    /** The second cluster does not answer. */
    private static final ScatterWork<String> HANGING = (cluster, parts, connection) -> {
        if (cluster.equals("s2")) {
            sleep(connection);
        }
        return cluster;
    };

    private static void sleep(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("select pg_sleep(300)");
        }
    }

    @Test
    void clusterThatDoesNotAnswerIsMissingAndHoldsNoThread() throws Exception {
        try (Shards shards = shards(
                options -> options.scatterConcurrency(1).allowPartial(true).scatterWait(ENOUGH))) {
            for (int i = 0; i < 2; i++) {
                Scattered<String> scattered = shards.scatter(HANGING);
                assertThat(scattered.results()).containsExactly("s1");
                assertThat(scattered.failures()).containsOnlyKeys("s2", "s3");
                assertThat(scattered.failures().get("s2")).isInstanceOf(SQLTimeoutException.class);
            }
        }
        try (Shards shards = shards(options -> options.allowPartial(true).scatterWait(ENOUGH))) {
            Scattered<String> scattered = shards.scatter(HANGING);
            assertThat(scattered.results()).containsExactly("s1", "s3");
            assertThat(scattered.failures()).containsOnlyKeys("s2");
        }
        awaitNoneReading();
    }

    private static void awaitNoneReading() {
        await().atMost(LONG)
                .until(() -> Thread.getAllStackTraces().keySet().stream()
                        .filter(thread -> thread.getName().startsWith("headroom-shards-scatter"))
                        .noneMatch(thread -> thread.getState() == Thread.State.RUNNABLE)); // as who waits for a server
    }

    @Test
    void clusterThatDoesNotAnswerHoldsNoThreadWhenAnotherHasFailed() throws Exception {
        CompletableFuture<Thread> sleeping = new CompletableFuture<>();
        try (Shards shards = shards(options -> options.scatterWait(Duration.ofHours(1)))) {
            assertThatThrownBy(() -> shards.scatter((cluster, parts, connection) -> {
                        if (cluster.equals("s2")) {
                            sleeping.complete(Thread.currentThread());
                            sleep(connection);
                        } else if (cluster.equals("s1")) {
                            await().atMost(LONG).until(() -> sleeping.isDone() && isReading(sleeping.join()));
                            throw new SQLTransientException("down", "57P03", 17);
                        }
                        return cluster;
                    }))
                    .isInstanceOf(SQLTransientException.class)
                    .hasMessage("scatter: cluster s1: down")
                    .isInstanceOfSatisfying(SQLException.class, failure -> {
                        assertThat(failure.getSQLState()).isEqualTo("57P03");
                        assertThat(failure.getErrorCode()).isEqualTo(17);
                    });
            awaitNoneReading();
        }
    }

    private static boolean isReading(Thread thread) {
        return Arrays.stream(thread.getStackTrace())
                .anyMatch(frame -> frame.getClassName().endsWith("VisibleBufferedInputStream"));
    }

    @Test
    void partsAreBrokenOffAtOnceWhenThreadsAreFew() throws Exception {
        int half = 4; // of one part at a time
        CountDownLatch never = new CountDownLatch(1);
        List<CompletableFuture<Boolean>> brokenOff = new ArrayList<>();
        ScatterThreads threads = new ScatterThreads(1, Duration.ofHours(1));
        try {
            for (int read = 0; read <= half; read++) {
                CountDownLatch begun = new CountDownLatch(1);
                CompletableFuture<Boolean> ended = new CompletableFuture<>();
                brokenOff.add(ended);
                try (ScatterThreads.Round<Boolean> round = threads.round()) {
                    round.add("s1", connections -> {
                        begun.countDown();
                        try {
                            return ended.complete(!never.await(LONG.toSeconds(), TimeUnit.SECONDS));
                        } catch (InterruptedException e) {
                            return ended.complete(true);
                        }
                    });
                    assertThat(round.next(System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(1)))
                            .isNull();
                    reached(begun);
                }
            }
            assertThat(brokenOff.get(half)).succeedsWithin(LONG).isEqualTo(true);
            assertThat(brokenOff.subList(0, half)).noneMatch(CompletableFuture::isDone);
        } finally {
            never.countDown();
            threads.close();
        }
    }

    private static void reached(CountDownLatch latch) throws SQLException {
        try {
            assertThat(latch.await(LONG.toSeconds(), TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new SQLException(e);
        }
    }

    @Test
    void partsThatEndInAMomentAreNotBrokenOffWhenAnotherHasFailed() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        CompletableFuture<Boolean> ended = new CompletableFuture<>();
        ScatterThreads threads = new ScatterThreads(2, Duration.ofHours(1));
        try {
            try (ScatterThreads.Round<Boolean> round = threads.round()) {
                round.add("s1", connections -> {
                    reached(begun);
                    throw new SQLException("down");
                });
                round.add("s2", connections -> {
                    begun.countDown();
                    reached(go);
                    return ended.complete(true);
                });
                ScatterThreads.Asked<Boolean> failed = round.next(System.nanoTime() + LONG.toNanos());
                assertThat(failed).isNotNull();
                assertThat(failed.cluster()).isEqualTo("s1");
            }
            go.countDown();
            assertThat(ended).succeedsWithin(LONG);
        } finally {
            go.countDown();
            threads.close();
        }
    }

    @Test
    void partsHaveNotTheClassLoaderOfWhoeverReadsFirst() throws Exception {
        Thread thread = Thread.currentThread();
        ClassLoader own = thread.getContextClassLoader();
        try (Shards shards = shards(options -> options.scatterWait(LONG))) {
            thread.setContextClassLoader(new ClassLoader(own) {});
            assertThat(shards.scatter((cluster, parts, connection) ->
                                    Thread.currentThread().getContextClassLoader())
                            .results())
                    .containsOnly(own);
        } finally {
            thread.setContextClassLoader(own);
        }
    }

    @Test
    void failureOfAClusterTellsByStateAndTypeWhetherToTryAgain() throws Exception {
        try (Shards shards = shards(options -> options.scatterWait(LONG))) {
            for (SQLException cause : List.of(
                    new SQLTransientConnectionException("no node", "08001"),
                    new SQLTimeoutException("too long", "57014"),
                    new SQLException("wrong", "42601"))) {
                assertThatThrownBy(() -> shards.scatter((cluster, parts, connection) -> {
                            throw cause;
                        }))
                        .isExactlyInstanceOf(cause.getClass())
                        .hasCause(cause)
                        .isInstanceOfSatisfying(
                                SQLException.class,
                                told -> assertThat(told.getSQLState()).isEqualTo(cause.getSQLState()));
            }
        }
    }

    @Test
    void partThatGetsItsConnectionWhenTheReadWasGivenUpIsNotBegun() throws Exception {
        CountDownLatch asking = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        CompletableFuture<Void> gone = new CompletableFuture<>();
        ScatterThreads threads = new ScatterThreads(1);
        try (ScatterThreads.Round<Boolean> round = threads.round();
                Connection connection = routers.get("s1").dataSource().getConnection()) {
            round.add("s1", connections -> {
                asking.countDown();
                while (go.getCount() > 0) {
                    try {
                        go.await(); // as a pool does that no interruption keeps from waiting
                    } catch (InterruptedException e) {
                        continue;
                    }
                }
                try {
                    connections.use(connection);
                    gone.complete(null);
                } catch (SQLException refused) {
                    gone.completeExceptionally(refused);
                }
                return true;
            });
            assertThat(round.next(System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(200)))
                    .isNull();
            assertThat(asking.await(LONG.toSeconds(), TimeUnit.SECONDS)).isTrue();
            assertThat(round.giveUp()).containsExactly("s1");
            go.countDown();
            assertThat(gone).failsWithin(LONG).withThrowableThat().withCauseInstanceOf(SQLTimeoutException.class);
        } finally {
            go.countDown();
            threads.close();
        }
    }

    @Test
    void readWithinAReadIsBrokenOffWithIt() throws Exception {
        try (Shards inner = shards(options -> options.scatterWait(LONG.multipliedBy(4)));
                Shards shards = shards(options -> options.scatterWait(Duration.ofSeconds(1)))) {
            CompletableFuture<Exception> ended = new CompletableFuture<>();
            assertThatThrownBy(() -> shards.scatter((cluster, parts, connection) -> {
                        if (cluster.equals("s2")) {
                            try {
                                inner.scatter(HANGING);
                            } catch (SQLException | InterruptedException e) {
                                ended.complete(e);
                            }
                        }
                        return cluster;
                    }))
                    .isInstanceOf(SQLTimeoutException.class)
                    .hasMessageStartingWith("scatter: cluster s2: no answer in time");
            assertThat(ended).succeedsWithin(LONG).isNotNull();
        }
    }

    @Test
    void deadlineOfTheRequestEndsARead() {
        try (Shards shards = shards(options -> options)) {
            RequestContext request = RequestContext.builder()
                    .deadline(Deadline.after(Duration.ofMillis(500)))
                    .build();
            assertThatThrownBy(() -> request.call(() -> shards.scatter(HANGING)))
                    .isInstanceOf(SQLException.class)
                    .hasMessageStartingWith("scatter: cluster s2: no answer in time");
        }
    }
}
