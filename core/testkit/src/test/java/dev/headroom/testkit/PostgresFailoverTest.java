package dev.headroom.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Three nodes whose roles move; each test leaves them all in one cluster again. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
@Tag("one-jdk")
class PostgresFailoverTest {

    @AutoClose
    private static PostgresCluster cluster;

    private PostgresNode old;
    private PostgresNode heir;
    private PostgresNode other;

    @BeforeAll
    static void start() {
        cluster = PostgresCluster.builder().standbys(2).start();
    }

    @BeforeEach
    void freshTable() {
        old = cluster.primary();
        heir = cluster.standbys().get(0);
        other = cluster.standbys().get(1);
        PgAssertions.update(old.dataSource(), "drop table if exists thing");
        PgAssertions.update(old.dataSource(), "create table thing (id int primary key)");
        cluster.waitUntilCaughtUp();
    }

    @Test
    void promotedStandbyTakesWritesAndTheOthersFollowIt() {
        old.kill();
        heir.promote();
        assertThat(cluster.primary()).isSameAs(heir);
        assertThat(cluster.standbys()).containsExactlyInAnyOrder(old, other);
        PgAssertions.update(heir.dataSource(), "insert into thing values (1)");

        other.follow(heir);
        old.follow(heir);
        cluster.waitUntilCaughtUp();
        assertThat(PgAssertions.rows(other.dataSource(), "thing")).isEqualTo(1);
        assertThat(PgAssertions.rows(old.dataSource(), "thing")).isEqualTo(1);
        assertThat(PgAssertions.value(old.dataSource(), "select pg_is_in_recovery()"))
                .isEqualTo("t");
    }

    @Test
    void standbyThatRanAheadOfTheNewPrimaryIsCopiedAnew() {
        heir.cutStream();
        PgAssertions.update(old.dataSource(), "insert into thing values (1)");
        other.waitUntilCaughtUp();
        old.kill();
        heir.promote();

        other.follow(heir);
        other.waitUntilCaughtUp();
        assertThat(PgAssertions.rows(other.dataSource(), "thing")).isZero();
        old.follow(heir);
    }
}
