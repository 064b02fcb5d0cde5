package dev.headroom.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 90, unit = TimeUnit.SECONDS)
@Tag("one-jdk")
class MariaDbClusterTest {
    private static MariaDbCluster cluster;

    private TestDatabase database;

    @BeforeAll
    static void start() {
        cluster = MariaDbCluster.builder().standbys(1).start();
    }

    @AfterAll
    static void stop() {
        cluster.close();
        cluster.close();
    }

    @BeforeEach
    void createDatabase() throws SQLException {
        database = cluster.createDatabase();
        execute(database.dataSource(), "create table thing (id int primary key)");
        cluster.waitUntilCaughtUp();
    }

    @Test
    void replicaShowsWhatThePrimaryCommitted() throws SQLException {
        insert(1);
        cluster.waitUntilCaughtUp();
        assertThat(rowsOnReplica()).isEqualTo(1);
    }

    @Test
    void pausedReplicaShowsNothingNewUntilItResumes() throws SQLException {
        replica().pauseReplay();
        insert(1);
        insert(2);
        assertThat(rowsOnReplica()).isZero();
        replica().resumeReplay();
        replica().waitUntilCaughtUp();
        assertThat(rowsOnReplica()).isEqualTo(2);
    }

    @Test
    void delayedReplicaFollowsAfterTheDelay() throws SQLException {
        replica().replayDelay(Duration.ofSeconds(2));
        long start = System.nanoTime();
        insert(1);
        await().atMost(Duration.ofSeconds(30)).until(() -> rowsOnReplica() == 1);
        Duration took = Duration.ofNanos(System.nanoTime() - start);
        replica().replayDelay(Duration.ZERO);
        assertThat(took).isGreaterThan(Duration.ofMillis(900));
    }

    @Test
    void cutReplicaFallsBehindAndCatchesUpWhenRestored() throws SQLException {
        replica().cutStream();
        insert(1);
        assertThat(rowsOnReplica()).isZero();
        replica().restoreStream();
        replica().waitUntilCaughtUp();
        assertThat(rowsOnReplica()).isEqualTo(1);
    }

    @Test
    void killedReplicaComesBackWithWhatItMissed() throws SQLException {
        replica().kill();
        assertThat(replica().running()).isFalse();
        assertThatThrownBy(this::rowsOnReplica).isInstanceOf(SQLException.class);
        insert(1);
        replica().restart();
        replica().waitUntilCaughtUp();
        assertThat(rowsOnReplica()).isEqualTo(1);
    }

    @Test
    void promotedReplicaIsThePrimaryAndTakesWrites() throws SQLException {
        try (MariaDbCluster own = MariaDbCluster.builder().standbys(1).start()) {
            MariaDbNode former = own.primary();
            MariaDbNode next = own.standbys().get(0);
            own.waitUntilCaughtUp();
            former.kill();
            next.promote();
            assertThat(own.primary()).isSameAs(next);
            assertThat(own.standbys()).containsExactly(former);
            try (TestDatabase after = own.createDatabase()) {
                execute(after.dataSource(), "create table thing (id int primary key)");
                next.kill();
                next.restart(); // stays what it is
                execute(after.dataSource(), "insert into thing values (1)");
            }
        }
    }

    private void insert(int id) throws SQLException {
        execute(database.dataSource(), "insert into thing values (" + id + ")");
    }

    private int rowsOnReplica() throws SQLException {
        try (Connection connection = replica().dataSource(database.name()).getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("select count(*) from thing")) {
            rows.next();
            return rows.getInt(1);
        }
    }

    private static DatabaseNode replica() {
        return cluster.standbys().get(0);
    }

    private static void execute(DataSource dataSource, String sql) throws SQLException {
        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
