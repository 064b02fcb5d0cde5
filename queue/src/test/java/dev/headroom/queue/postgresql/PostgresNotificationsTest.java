package dev.headroom.queue.postgresql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariDataSource;
import dev.headroom.testkit.SharedPostgres;
import dev.headroom.testkit.TestDatabase;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Notifications reach the others alone, outlive a lost connection, and leave none behind. */
@Tag("one-jdk")
class PostgresNotificationsTest {
    private TestDatabase database;
    private HikariDataSource pool;
    private final AtomicInteger heard = new AtomicInteger();

    @BeforeEach
    void open() {
        database = SharedPostgres.createDatabase();
        pool = new HikariDataSource();
        pool.setJdbcUrl(database.jdbcUrl());
        pool.setMaximumPoolSize(3);
    }

    @AfterEach
    void close() {
        pool.close();
        database.close();
    }

    private final class Listening implements AutoCloseable {
        private final CompletableFuture<Exception> end = new CompletableFuture<>();
        private final Thread thread;

        Listening(PostgresNotifications notifications) {
            thread = new Thread(() -> {
                try {
                    notifications.listen(heard::incrementAndGet);
                } catch (Exception ended) {
                    end.complete(ended);
                }
            });
            thread.start();
            await().until(() -> heard.get() == 1);
        }

        @Override
        public void close() throws InterruptedException {
            thread.interrupt();
            thread.join(20_000);
        }
    }

    @Test
    void reachesTheOthersAndNotWhoTells() throws Exception {
        PostgresNotifications here = PostgresNotifications.of(pool);
        PostgresNotifications there = PostgresNotifications.of(pool);
        Listening listening = new Listening(here);
        here.tell();
        there.tell();
        await().until(() -> heard.get() == 2);
        listening.close();
        assertThat(listening.end.get()).isInstanceOf(InterruptedException.class);
        await().until(() -> pool.getHikariPoolMXBean().getActiveConnections() == 0);
        assertThat(number("select count(*) from pg_listening_channels()"))
                .as("left behind on the pool's connection")
                .isZero();
    }

    @Test
    void saysThatItsConnectionIsLost() throws Exception {
        try (Listening listening = new Listening(PostgresNotifications.of(pool))) {
            number("select count(pg_terminate_backend(pid)) from pg_stat_activity where query like 'listen%'");
            assertThat(listening.end.get()).isInstanceOf(SQLException.class);
        }
    }

    @Test
    void asksForItsDataSources() {
        assertThatThrownBy(() -> PostgresNotifications.of(null)).hasMessageContaining("dataSource");
        assertThatThrownBy(() -> PostgresNotifications.of(pool).listenOn(null)).hasMessageContaining("listenOn");
    }

    private long number(String sql) throws SQLException, ExecutionException {
        try (Connection connection = pool.getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getLong(1);
        }
    }
}
