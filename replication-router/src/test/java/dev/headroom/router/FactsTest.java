package dev.headroom.router;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.router.shard.ShardMap;
import dev.headroom.router.shard.Shards;
import dev.headroom.testkit.SharedPostgres;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a router knows of all connections is not what one transaction, the first that asks, has set for itself. */
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

    private int isolationOfAnother() throws SQLException {
        try (Connection other = rig.dataSource().getConnection()) {
            return other.getTransactionIsolation();
        }
    }

    @Test
    void isolationOfOneTransactionIsNotThatOfAll() throws Exception {
        try (Connection connection = rig.dataSource().getConnection()) {
            connection.setAutoCommit(false);
            execute(connection, "set transaction isolation level serializable");
            assertThat(connection.getTransactionIsolation()).isEqualTo(Connection.TRANSACTION_SERIALIZABLE);
            connection.rollback();
            assertThat(connection.getTransactionIsolation()).isEqualTo(Connection.TRANSACTION_READ_COMMITTED);
        }
        assertThat(isolationOfAnother()).isEqualTo(Connection.TRANSACTION_READ_COMMITTED);
    }

    @Test
    void isolationOfAShardsSnapshotIsNotThatOfAll() throws Exception {
        ShardMap map = ShardMap.builder("db", 2).place(1, 2, "main").build();
        try (Shards shards = Shards.builder(map, Routers.of(rig.router)).build()) {
            shards.install();
            int inside = shards.read("key", (shard, connection) -> connection.getTransactionIsolation());
            assertThat(inside).isEqualTo(Connection.TRANSACTION_REPEATABLE_READ);
        }
        assertThat(isolationOfAnother()).isEqualTo(Connection.TRANSACTION_READ_COMMITTED);
    }

    @Test
    void schemaOfOneTransactionIsNotThatOfAll() throws Exception {
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
}
