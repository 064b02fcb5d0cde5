package dev.headroom.router.shard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headroom.testkit.ChildJvm;
import dev.headroom.testkit.TestDatabase;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Moves that end in the middle, or twice at once, while clients write: what was acknowledged is there, once. */
@Tag("one-jdk")
abstract class ShardMoveContract extends ShardProcesses {
    private static final int MOST_COMMITS = 60;

    ShardMoveContract(Supplier<TestDatabase> databases) {
        super(databases);
    }

    private Shards process(Duration moveWait, WatchedSource source) throws SQLException {
        return rig.process(moveWait, Map.of("s1", source.wrap(), "s2", source.wrap()));
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
