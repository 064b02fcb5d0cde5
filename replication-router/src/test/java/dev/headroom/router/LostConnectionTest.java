package dev.headroom.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import dev.headroom.router.hikari.HikariNodes;
import dev.headroom.testkit.SharedPostgres;
import dev.headroom.testkit.TestDatabase;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A connection is lost at the end of a transaction, or at a savepoint, and its pool does not notice by itself. */
class LostConnectionTest {
    private final TestDatabase database = SharedPostgres.createDatabase();
    private final HikariDataSource pool = new HikariDataSource();
    private final List<Connection> evicted = new CopyOnWriteArrayList<>();
    private ReplicaRouter router;
    private Connection connection;
    private Savepoint savepoint;

    @BeforeEach
    void begin() throws SQLException {
        pool.setJdbcUrl(database.jdbcUrl());
        router = ReplicaRouter.builder("main")
                .primary(HikariNodes.node("p", pool).evict(lost -> {
                    evicted.add(lost);
                    pool.evictConnection(lost);
                }))
                .build();
        connection = router.dataSource().getConnection();
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement()) {
            statement.execute("create table note (text text)");
            savepoint = connection.setSavepoint();
            long process = number(statement, "select pg_backend_pid()");
            try (Connection other = database.dataSource().getConnection();
                    Statement killing = other.createStatement()) {
                number(killing, "select pg_terminate_backend(" + process + ", 30000)::int");
            }
        }
    }

    private static long number(Statement statement, String sql) throws SQLException {
        try (ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getLong(1);
        }
    }

    @AfterEach
    void close() {
        router.close();
        pool.close();
        database.close();
    }

    private interface Call {
        void run() throws SQLException;
    }

    private void isThrownAway(Call call) throws SQLException {
        assertThatThrownBy(call::run).isInstanceOf(SQLException.class);
        try {
            connection.close();
        } catch (SQLException lost) {
            // what was to be rolled back is gone with it
        }
        assertThat(evicted).hasSize(1);
    }

    @Test
    void atACommit() throws Exception {
        isThrownAway(() -> connection.commit());
    }

    @Test
    void atARollback() throws Exception {
        isThrownAway(() -> connection.rollback());
    }

    @Test
    void atARollbackToASavepoint() throws Exception {
        isThrownAway(() -> connection.rollback(savepoint));
    }

    @Test
    void atTheReleaseOfASavepoint() throws Exception {
        isThrownAway(() -> connection.releaseSavepoint(savepoint));
    }
}
