package dev.headroom.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.postgresql.ds.PGSimpleDataSource;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
@Tag("one-jdk")
class PostgresFaultsTest {

    @AutoClose
    private static PostgresCluster cluster;

    private static PostgresNode first;
    private static PostgresNode second;

    @BeforeAll
    static void start() {
        cluster = PostgresCluster.builder().standbys(1).start();
        first = cluster.primary();
        second = cluster.standbys().get(0);
    }

    @BeforeEach
    void freshTable() {
        PgAssertions.update(first.dataSource(), "drop table if exists thing");
        PgAssertions.update(first.dataSource(), "create table thing (id int primary key)");
    }

    @Test
    void killedPrimaryComesBackOnItsPortWithWhatWasCommitted() throws SQLException {
        PgAssertions.update(first.dataSource(), "insert into thing values (1)");
        int port = first.port();
        long pid = first.pid();
        try (Connection open = first.dataSource().getConnection();
                Statement statement = open.createStatement()) {
            first.kill();
            assertThatThrownBy(() -> statement.execute("select 1")).isInstanceOf(SQLException.class);
        }
        assertThat(first.running()).isFalse();
        assertThat(ProcessHandle.of(pid)).isEmpty();
        assertThatThrownBy(first::pid).isInstanceOf(IllegalStateException.class).hasMessage("pg-1 does not run");

        first.restart();
        assertThat(first.port()).isEqualTo(port);
        assertThat(PgAssertions.rows(first.dataSource(), "thing")).isEqualTo(1);
        PgAssertions.update(first.dataSource(), "insert into thing values (2)");
        second.waitUntilCaughtUp();
        assertThat(PgAssertions.rows(second.dataSource(), "thing")).isEqualTo(2);
    }

    @Test
    void suspendedNodeAcceptsConnectionsAndDoesNotAnswer() {
        PGSimpleDataSource impatient = new PGSimpleDataSource();
        impatient.setURL(second.jdbcUrl());
        impatient.setSocketTimeout(1);
        second.suspend();
        assertThat(second.running()).isTrue();
        assertThatThrownBy(impatient::getConnection).hasRootCauseMessage("Read timed out");
        assertThatThrownBy(second::pauseReplay)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("resume() it first");
        second.resume();
        PgAssertions.update(first.dataSource(), "insert into thing values (1)");
        second.waitUntilCaughtUp();
    }

    @Test
    void suspendedNodeCanBeKilledAndRestarted() {
        second.suspend();
        second.kill();
        assertThat(second.running()).isFalse();
        second.restart();
        PgAssertions.update(first.dataSource(), "insert into thing values (1)");
        second.waitUntilCaughtUp();
        assertThat(PgAssertions.rows(second.dataSource(), "thing")).isEqualTo(1);
    }

    @Test
    void cutStreamStaysCutOverARestart() {
        second.cutStream();
        second.restart();
        PgAssertions.update(first.dataSource(), "insert into thing values (1)");
        assertThatThrownBy(second::waitUntilCaughtUp).hasMessageContaining("restoreStream()");
        assertThat(PgAssertions.value(second.dataSource(), "select count(*) from pg_stat_wal_receiver"))
                .isEqualTo("0");
        second.restoreStream();
        second.waitUntilCaughtUp();
        assertThat(PgAssertions.rows(second.dataSource(), "thing")).isEqualTo(1);
    }

    @Test
    void controlsOfReplayAreForStandbys() {
        assertThatThrownBy(first::pauseReplay)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("pg-1 is the primary, not a standby");
        assertThatThrownBy(() -> second.replayDelay(Duration.ofMillis(-1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("replayDelay: PT-0.001S (expected: >= 0)");
        assertThatThrownBy(() -> first.follow(first)).isInstanceOf(IllegalArgumentException.class);
    }
}
