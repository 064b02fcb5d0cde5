package dev.headroom.router.shard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariDataSource;
import dev.headroom.testkit.ChildJvm;
import dev.headroom.testkit.DatabaseNode;
import dev.headroom.testkit.TcpProxy;
import dev.headroom.testkit.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Moves that end in the middle, twice at once or nobody knows how, while clients write: what was acknowledged is there, once. */
@Tag("one-jdk")
abstract class ShardMoveContract {
    private static final Duration LONG = Duration.ofSeconds(60);
    private static final Duration SHORT = Duration.ofSeconds(1);
    private static final int MOST_COMMITS = 60;

    private final Supplier<TestDatabase> databases;
    private ShardRig rig;
    private Shards here;
    private Shards hasty;
    private Shards there;

    ShardMoveContract(Supplier<TestDatabase> databases) {
        this.databases = databases;
    }

    @BeforeEach
    void start() throws SQLException {
        rig = new ShardRig(databases.get(), databases.get());
        here = rig.process(LONG, Map.of());
        there = rig.process(LONG, Map.of());
        hasty = rig.process(SHORT, Map.of());
        here.install();
    }

    @AfterEach
    void close() throws Exception {
        rig.close();
    }

    private Shards process(Duration moveWait, WatchedSource source) throws SQLException {
        return rig.process(moveWait, Map.of("s1", source.wrap(), "s2", source.wrap()));
    }

    private void requireSeen(List<Long> acknowledged) throws SQLException {
        Set<Long> missing = new TreeSet<>(acknowledged);
        missing.removeAll(ShardRig.seen(there));
        assertThat(missing).isEmpty();
    }

    private static String other(String cluster) {
        return cluster.equals("s1") ? "s2" : "s1";
    }

    @Test
    void moverThatDiesLosesNothingAndTheMoveIsRunAgain() throws Exception {
        assertThat(deaths(4)).isGreaterThan(2);
    }

    @Test
    @Tag("soak")
    void moverThatDiesAtAnyCommitLosesNothingAndTheMoveIsRunAgain() throws Exception {
        assertThat(deaths(1)).isGreaterThan(10);
    }

    private int deaths(int every) throws Exception {
        String from = "s1";
        boolean died = true;
        int deaths = 0;
        try (ShardWriters writers = new ShardWriters(List.of(here, there))) {
            for (int commit = every; died; commit += every) {
                died = dies(other(from), commit);
                deaths += died ? 1 : 0;
                here.move("db1", other(from), ShardRig.BY_COLUMN);
                requireSeen(writers.acknowledged());
                from = other(from);
                writers.awaitMore(2);
            }
            rig.requireOnlyOn(from, writers.end());
            System.out.println("soak: " + getClass().getSimpleName() + ", " + deaths + " movers died, of "
                    + writers.acknowledged().size() + " rows 0 lost");
        }
        return deaths;
    }

    /** Moves and dies after a commit, which is before all that comes next; whether it has come so far. */
    private boolean dies(String to, int atCommit) throws Exception {
        WatchedSource source = new WatchedSource();
        AtomicInteger commits = new AtomicInteger();
        AtomicBoolean died = new AtomicBoolean();
        source.onCommit(commit -> {
            commit.run();
            if (commits.incrementAndGet() == atCommit) {
                died.set(true);
                source.die();
                throw new SQLException("killed", "08006");
            }
        });
        Shards mover = process(SHORT, source);
        try {
            mover.move("db1", to, ShardRig.BY_COLUMN);
        } catch (SQLException expected) {
            assertThat(died).isTrue();
        } finally {
            rig.end(mover);
        }
        assertThat(atCommit).isLessThan(MOST_COMMITS);
        return died.get();
    }

    @Test
    void moverThatWasOvertakenDoesNoHarm() throws Exception {
        overtaken(2, 6); // the second is the one after which it has seen the source's state
    }

    @Test
    @Tag("soak")
    void moverThatWasOvertakenAtAnyCommitDoesNoHarm() throws Exception {
        overtaken(1, 1);
    }

    private void overtaken(int first, int every) throws Exception {
        String from = "s1";
        boolean paused = true;
        try (ShardWriters writers = new ShardWriters(List.of(here, there))) {
            for (int commit = first; paused; commit += every) {
                paused = overtaken(other(from), commit);
                here.move("db1", other(from), ShardRig.BY_COLUMN);
                requireSeen(writers.acknowledged());
                from = other(from);
                writers.awaitMore(2);
            }
            rig.requireOnlyOn(from, writers.end());
        }
    }

    /** Moves, stops after a commit while another one that holds it for dead moves to there and back, and goes on; whether it came so far. */
    private boolean overtaken(String to, int atCommit) throws Exception {
        WatchedSource source = new WatchedSource();
        AtomicInteger commits = new AtomicInteger();
        CountDownLatch paused = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        source.onCommit(commit -> {
            commit.run();
            if (commits.incrementAndGet() == atCommit) {
                source.cutLock();
                paused.countDown();
                awaitLatch(goOn);
            }
        });
        Shards slow = process(SHORT, source);
        Queue<Throwable> broken = new ConcurrentLinkedQueue<>();
        Thread mover = new Thread(() -> {
            try {
                slow.move("db1", to, ShardRig.BY_COLUMN);
            } catch (SQLException expected) {
                // overtaken, or its lock was lost; nobody has set a cluster back
                if (expected.getMessage().contains("set back")) {
                    broken.add(expected);
                }
            } catch (Throwable failure) {
                broken.add(failure);
            } finally {
                paused.countDown();
            }
        });
        mover.start();
        awaitLatch(paused);
        boolean came = mover.isAlive() && goOn.getCount() == 1 && commits.get() >= atCommit;
        try {
            hasty.move("db1", to, ShardRig.BY_COLUMN);
            if (atCommit % 2 == 0) {
                hasty.move("db1", other(to), ShardRig.BY_COLUMN);
            }
        } catch (SQLException waited) {
            // for a row that the slow one has
        }
        goOn.countDown();
        mover.join(LONG.toMillis());
        assertThat(mover.isAlive()).isFalse();
        assertThat(broken).isEmpty();
        rig.end(slow);
        return came;
    }

    private static void awaitLatch(CountDownLatch latch) {
        try {
            assertThat(latch.await(60, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void twoMoversAtOnceTakeTurns() throws Exception {
        Queue<Throwable> broken = new ConcurrentLinkedQueue<>();
        try (ShardWriters writers = new ShardWriters(List.of(here, there))) {
            List<Thread> movers = List.of(
                    mover(rig.process(LONG, Map.of()), "s2", "s1", broken),
                    mover(rig.process(LONG, Map.of()), "s2", "s2", broken),
                    mover(rig.process(LONG, Map.of()), "s1", "s2", broken));
            for (Thread mover : movers) {
                mover.join(LONG.toMillis());
                assertThat(mover.isAlive()).isFalse();
            }
            assertThat(broken).isEmpty();
            here.move("db1", "s2", ShardRig.BY_COLUMN);
            writers.awaitMore(5);
            rig.requireOnlyOn("s2", writers.end());
        }
    }

    private static Thread mover(Shards shards, String first, String second, Queue<Throwable> broken) {
        Thread thread = new Thread(() -> {
            try {
                for (int i = 0; i < 4; i++) {
                    shards.move("db1", i % 2 == 0 ? first : second, ShardRig.BY_COLUMN);
                }
            } catch (Throwable failure) {
                broken.add(failure);
            }
        });
        thread.start();
        return thread;
    }

    @Test
    void connectionThatIsLostWhileTheTargetTakesOverLeavesNoDoubt() throws Exception {
        try (ShardWriters writers = new ShardWriters(List.of(here, there));
                TcpProxy proxy =
                        TcpProxy.to((DatabaseNode) rig.database("s2").cluster().primary())) {
            // The commit does not come through, and the target can't be asked.
            assertThatThrownBy(() -> moveOver(proxy, commit -> {
                        proxy.cut();
                        commit.run();
                    }))
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("was lost while it took over, and whether it has is not known; writes wait")
                    .extracting(failure -> ((SQLException) failure).getSQLState())
                    .isEqualTo("08007");
            assertThat(rig.state("s1")).isEqualTo("BLOCKED");
            assertThatThrownBy(() -> ShardRig.insert(hasty, -1)).isInstanceOf(ShardBlockedException.class);
            proxy.restore();
            here.move("db1", "s2", ShardRig.BY_COLUMN);
            requireSeen(writers.acknowledged());
            here.move("db1", "s1", ShardRig.BY_COLUMN);

            // It does not come through, and the target says so in time.
            assertThatThrownBy(() -> moveOver(proxy, commit -> {
                        proxy.cut();
                        try {
                            commit.run();
                        } finally {
                            proxy.restore();
                        }
                    }))
                    .isInstanceOf(SQLException.class);
            assertThat(rig.state("s1")).isEqualTo("OPEN");
            writers.awaitMore(5);

            // It comes through, its answer does not; the target says so in time.
            moveOver(proxy, commit -> {
                try {
                    answerIsLost(proxy, commit);
                } finally {
                    proxy.restore();
                }
            });
            rig.requireOnlyOn("s2", writers.acknowledged());
            here.move("db1", "s1", ShardRig.BY_COLUMN);

            // It comes through, its answer does not, and the target can't be asked by the mover; but it can by those
            // who wait.
            assertThatThrownBy(() -> moveOver(proxy, commit -> answerIsLost(proxy, commit)))
                    .hasMessageContaining("whether it has is not known");
            writers.awaitMore(5);
            assertThat(rig.state("s1")).isEqualTo("MOVED");
            assertThat(rig.state("s2")).isEqualTo("OPEN");
            here.move("db1", "s2", ShardRig.BY_COLUMN); // cleans up
            rig.requireOnlyOn("s2", writers.end());
        }
    }

    /** Commits, and cuts the connection before the answer has come. */
    private void answerIsLost(TcpProxy proxy, WatchedSource.Commit commit) throws SQLException {
        proxy.delay(Duration.ofSeconds(60));
        Thread cut = new Thread(() -> {
            await().atMost(LONG).until(() -> rig.state("s2").equals("ARRIVED"));
            proxy.cut();
        });
        cut.start();
        try {
            commit.run();
            throw new IllegalStateException("the answer has come");
        } catch (SQLException expected) {
            throw expected;
        } finally {
            join(cut);
        }
    }

    private static void join(Thread thread) {
        try {
            thread.join(LONG.toMillis());
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Moves to {@code s2} over a proxy; this happens when the arrival is committed. */
    private void moveOver(TcpProxy proxy, WatchedSource.OnCommit atArrival) throws SQLException {
        WatchedSource target = new WatchedSource();
        AtomicBoolean copied = new AtomicBoolean();
        target.onCommit(commit -> {
            if (copied.compareAndSet(true, false)) {
                atArrival.run(commit);
            } else {
                commit.run();
            }
        });
        String port = ":" + rig.database("s2").cluster().primary().port() + "/";
        String url = rig.database("s2").jdbcUrl().replace(port, ":" + proxy.port() + "/");
        HikariDataSource pool = ShardRig.pool(url);
        pool.setConnectionTimeout(1_000);
        Shards mover = rig.process(SHORT, Map.of("s2", ignored -> target.wrap().apply(pool)));
        mover.move("db1", "s2", new ShardMove() {
            @Override
            public void copy(Shard shard, Connection from, Connection to) throws SQLException {
                ShardRig.BY_COLUMN.copy(shard, from, to);
                copied.set(true);
            }

            @Override
            public void clean(Shard shard, Connection from) throws SQLException {
                ShardRig.BY_COLUMN.clean(shard, from);
            }
        });
    }

    @Test
    void processThatIsKilledInTheMiddleLosesNothing() throws Exception {
        String from = "s1";
        try (ShardWriters writers = new ShardWriters(List.of(here, there))) {
            for (String step : List.of("prepare", "copied", "clean")) {
                try (ChildJvm mover = ChildJvm.builder(MoverMain.class)
                        .jvmOptions("-XX:TieredStopAtLevel=1")
                        .arguments(
                                rig.database("s1").jdbcUrl(), rig.database("s2").jdbcUrl(), other(from), step)
                        .start()) {
                    mover.waitForLine(Pattern.compile("^at " + step + "$"));
                    mover.kill();
                }
                here.move("db1", other(from), ShardRig.BY_COLUMN);
                from = other(from);
                writers.awaitMore(2);
                requireSeen(writers.acknowledged());
                rig.requireOnlyOn(from, writers.acknowledged());
            }
            rig.requireOnlyOn(from, writers.end());
        }
    }

    @Test
    void moveMayBeGivenUpByMovingToWhereItIs() throws Exception {
        ShardRig.insert(here, -5);
        WatchedSource source = new WatchedSource();
        Shards mover = process(SHORT, source);
        assertThatThrownBy(() -> mover.move("db1", "s2", (shard, from, to) -> source.die()))
                .isInstanceOf(SQLException.class);
        assertThat(rig.state("s1")).isEqualTo("BLOCKED");
        here.move("db1", "s1", ShardRig.BY_COLUMN);
        assertThat(rig.state("s1")).isEqualTo("OPEN");
        ShardRig.insert(there, -6);
        assertThat(ShardRig.seen(here)).containsExactly(-6L, -5L);
    }

    @Test
    void clusterThatWasSetBackIsNotOverwritten() throws Exception {
        ShardRig.insert(here, -7);
        here.move("db1", "s2", ShardRig.BY_COLUMN);
        rig.execute("s1", "update headroom_shard set state = 'OPEN', cluster = null, epoch = 0 where name = 'db1'");
        assertThatThrownBy(() -> there.move("db1", "s2", ShardRig.BY_COLUMN))
                .isInstanceOf(SQLException.class)
                .hasMessageContaining("was a cluster set back?");
        assertThat(rig.lying("s2")).containsExactly(-7L);
        assertThat(rig.state("s2")).isEqualTo("OPEN");
    }
}
