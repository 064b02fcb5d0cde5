package dev.headroom.router.shard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariDataSource;
import dev.headroom.testkit.DatabaseNode;
import dev.headroom.testkit.TcpProxy;
import dev.headroom.testkit.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Moves that end nobody knows how, in the very moment in which the target takes over, while clients write. */
@Tag("one-jdk")
abstract class ShardHandoverContract extends ShardProcesses {
    ShardHandoverContract(Supplier<TestDatabase> databases) {
        super(databases);
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
}
