package dev.headroom.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headroom.router.shard.ShardMap;
import dev.headroom.router.shard.Shards;
import dev.headroom.testkit.SharedPostgres;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a router knows of all connections is not what one transaction or session has set for itself, whether it is the first that asks or not. */
class FactsTest {
    private Rig rig;

    @BeforeEach
    void start() {
        rig = new Rig(SharedPostgres.withStandbys(1), 1, Rig::patient);
    }

    @AfterEach
    void close() {
        rig.close();
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** Who asks first tells all others what is the same for all. */
    private void ask(boolean before) throws SQLException {
        if (before) {
            try (Connection fresh = rig.dataSource().getConnection()) {
                assertThat(fresh.getSchema()).isEqualTo("public");
                assertThat(fresh.getTransactionIsolation()).isEqualTo(Connection.TRANSACTION_READ_COMMITTED);
            }
        }
    }

    private int isolationOfAnother() throws SQLException {
        try (Connection other = rig.dataSource().getConnection()) {
            return other.getTransactionIsolation();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void isolationOfOneTransactionIsNotThatOfAll(boolean askedBefore) throws Exception {
        ask(askedBefore);
        try (Connection connection = rig.dataSource().getConnection()) {
            connection.setAutoCommit(false);
            execute(connection, "set transaction isolation level serializable");
            assertThat(connection.getTransactionIsolation()).isEqualTo(Connection.TRANSACTION_SERIALIZABLE);
            connection.rollback();
            assertThat(connection.getTransactionIsolation()).isEqualTo(Connection.TRANSACTION_READ_COMMITTED);
        }
        assertThat(isolationOfAnother()).isEqualTo(Connection.TRANSACTION_READ_COMMITTED);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void isolationOfAShardsSnapshotIsNotThatOfAll(boolean askedBefore) throws Exception {
        ask(askedBefore);
        ShardMap map = ShardMap.builder("db", 2).place(1, 2, "main").build();
        try (Shards shards = Shards.builder(map, Routers.of(rig.router)).build()) {
            shards.install();
            int inside = shards.read("key", (shard, connection) -> connection.getTransactionIsolation());
            assertThat(inside).isEqualTo(Connection.TRANSACTION_REPEATABLE_READ);
        }
        assertThat(isolationOfAnother()).isEqualTo(Connection.TRANSACTION_READ_COMMITTED);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void schemaOfOneTransactionIsNotThatOfAll(boolean askedBefore) throws Exception {
        ask(askedBefore);
        Rig.execute(rig.dataSource(), "create schema tenant_17");
        try (Connection connection = rig.dataSource().getConnection()) {
            connection.setAutoCommit(false);
            execute(connection, "set local search_path to tenant_17");
            assertThat(connection.getSchema()).isEqualTo("tenant_17");
            connection.commit();
        }
        try (Connection other = rig.dataSource().getConnection()) {
            assertThat(other.getSchema()).isEqualTo("public");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void schemaOfAChangedSessionIsItsOwnBetweenItsTransactionsToo(boolean askedBefore) throws Exception {
        ask(askedBefore);
        Rig.execute(rig.dataSource(), "create schema tenant_17");
        try (Connection connection = rig.dataSource().getConnection()) {
            connection.setAutoCommit(false);
            execute(connection, "set search_path to tenant_17");
            connection.commit();
            assertThat(connection.getSchema()).isEqualTo("tenant_17");
            connection.setReadOnly(true);
            execute(connection, "select 1"); // the question has left no transaction behind
            connection.commit();
        }
        try (Connection other = rig.dataSource().getConnection()) {
            assertThat(other.getSchema()).isEqualTo("public");
        }
    }

    @Test
    void transactionThatHasFailedIsNotToldWhatHoldsForOthers() throws Exception {
        ask(true);
        try (Connection connection = rig.dataSource().getConnection()) {
            connection.setAutoCommit(false);
            assertThatThrownBy(() -> execute(connection, "select 1 / 0")).isInstanceOf(SQLException.class);
            assertThatThrownBy(connection::getSchema)
                    .isInstanceOfSatisfying(
                            SQLException.class,
                            failed -> assertThat(failed.getSQLState()).isEqualTo("25P02"));
            connection.rollback();
            assertThat(connection.getSchema()).isEqualTo("public");
        }
    }
}
