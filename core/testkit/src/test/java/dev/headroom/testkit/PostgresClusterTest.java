package dev.headroom.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
@Tag("one-jdk")
class PostgresClusterTest {

    private static PostgresCluster cluster;

    @AutoClose
    private TestDatabase database;

    @BeforeAll
    static void start() {
        cluster = PostgresCluster.builder()
                .standbys(1)
                .setting("log_min_messages", "info")
                .start();
    }

    @BeforeEach
    void createDatabase() {
        database = cluster.createDatabase();
        PgAssertions.update(database.dataSource(), "create table thing (id int primary key)");
        cluster.waitUntilCaughtUp();
    }

    @Test
    void standbyShowsWhatThePrimaryCommitted() {
        insert(1);
        standby().waitUntilCaughtUp();
        assertThat(rowsOnStandby()).isEqualTo(1);
    }

    @Test
    void pausedStandbyShowsNothingNewUntilItResumes() {
        standby().pauseReplay();
        insert(1);
        assertThatThrownBy(() -> standby().waitUntilCaughtUp())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("resumeReplay()");
        await().during(Duration.ofMillis(300)).atMost(Duration.ofSeconds(2)).until(() -> rowsOnStandby() == 0);
        standby().resumeReplay();
        standby().waitUntilCaughtUp();
        assertThat(rowsOnStandby()).isEqualTo(1);
    }

    @Test
    void delayedStandbyShowsRowsThatMuchLater() {
        standby().replayDelay(Duration.ofMillis(700));
        long committed = System.nanoTime();
        insert(1);
        await().pollInterval(Duration.ofMillis(5)).until(() -> rowsOnStandby() == 1);
        assertThat(Duration.ofNanos(System.nanoTime() - committed))
                .isBetween(Duration.ofMillis(690), Duration.ofMillis(3000));
        standby().replayDelay(Duration.ZERO);
        insert(2);
        standby().waitUntilCaughtUp();
        assertThat(rowsOnStandby()).isEqualTo(2);
    }

    @Test
    void cutStandbyReceivesNothingUntilItIsRestored() {
        standby().cutStream();
        insert(1);
        await().during(Duration.ofMillis(300)).atMost(Duration.ofSeconds(2)).until(() -> rowsOnStandby() == 0);
        standby().restoreStream();
        standby().waitUntilCaughtUp();
        assertThat(rowsOnStandby()).isEqualTo(1);
    }

    private static PostgresNode standby() {
        return cluster.standbys().get(0);
    }

    private void insert(int id) {
        PgAssertions.update(database.dataSource(), "insert into thing values (" + id + ")");
    }

    private int rowsOnStandby() {
        return PgAssertions.rows(database.standbyDataSources().get(0), "thing");
    }
}
