package dev.headroom.router;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.testkit.SharedPostgres;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.postgresql.PGConnection;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** Whatever a framework asks a fresh connection, it must not fix the route before the connection is said to be read-only. */
@TestInstance(Lifecycle.PER_CLASS)
class EarlyTouchTest {
    @AutoClose
    private final Rig rig = new Rig(SharedPostgres.withStandbys(1), 1, Rig::patient);

    private interface Touch {
        void on(Connection connection) throws SQLException;
    }

    private static Arguments touch(String name, Touch touch) {
        return Arguments.of(name, touch);
    }

    static Stream<Arguments> touches() {
        return Stream.of(
                touch("getMetaData", connection -> connection.getMetaData().getDatabaseProductName()),
                touch("getURL", connection -> connection.getMetaData().getURL()),
                touch("getUserName", connection -> connection.getMetaData().getUserName()),
                touch("getDriverVersion", connection -> connection.getMetaData().getDriverVersion()),
                touch(
                        "supportsBatchUpdates",
                        connection -> connection.getMetaData().supportsBatchUpdates()),
                touch("getSQLKeywords", connection -> connection.getMetaData().getSQLKeywords()),
                touch("isValid", connection -> connection.isValid(1)),
                touch("getAutoCommit", Connection::getAutoCommit),
                touch("getTransactionIsolation", Connection::getTransactionIsolation),
                touch("getCatalog", Connection::getCatalog),
                touch("getSchema", Connection::getSchema),
                touch("getHoldability", Connection::getHoldability),
                touch("getNetworkTimeout", Connection::getNetworkTimeout),
                touch("getTypeMap", Connection::getTypeMap),
                touch("getClientInfo", Connection::getClientInfo),
                touch("getWarnings", Connection::getWarnings),
                touch("clearWarnings", Connection::clearWarnings),
                touch("isReadOnly", Connection::isReadOnly),
                touch("isClosed", Connection::isClosed),
                touch(
                        "toString",
                        connection -> assertThat(connection.toString()).contains("not bound")),
                touch("unwrap Routed", connection -> connection.unwrap(Routed.class)),
                touch("isWrapperFor the driver's", connection -> connection.isWrapperFor(PGConnection.class)),
                touch("setSchema", connection -> connection.setSchema("public")),
                touch(
                        "setTransactionIsolation",
                        connection -> connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ)),
                touch("setClientInfo", connection -> connection.setClientInfo(new Properties())),
                touch("setTypeMap", connection -> connection.setTypeMap(Map.of())),
                touch("setNetworkTimeout", connection -> connection.setNetworkTimeout(Runnable::run, 5_000)),
                touch("setAutoCommit and back", connection -> {
                    connection.setAutoCommit(false);
                    connection.commit();
                    connection.setAutoCommit(true);
                }));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("touches")
    void doesNotBind(String name, Touch touch) throws Exception {
        try (Connection connection = rig.dataSource().getConnection()) {
            touch.on(connection);
            assertThat(connection.unwrap(Routed.class).decision()).isEmpty();
            connection.setReadOnly(true);
            connection.setAutoCommit(false);
            try (Statement statement = connection.createStatement();
                    ResultSet row = statement.executeQuery("select pg_is_in_recovery()")) {
                row.next();
                assertThat(row.getBoolean(1)).as("on a standby after " + name).isTrue();
            }
            connection.commit();
        }
    }

    @Test
    void answersLikeThePoolsOwnConnections() throws Exception {
        try (Connection routed = rig.dataSource().getConnection();
                Connection plain = rig.pools.get(0).getConnection()) {
            assertThat(routed.getMetaData().getURL())
                    .isEqualTo(plain.getMetaData().getURL());
            assertThat(routed.getMetaData().getDatabaseMajorVersion())
                    .isEqualTo(plain.getMetaData().getDatabaseMajorVersion());
            assertThat(routed.getTransactionIsolation()).isEqualTo(plain.getTransactionIsolation());
            assertThat(routed.getSchema()).isEqualTo(plain.getSchema());
            assertThat(routed.getCatalog()).isEqualTo(plain.getCatalog());
            assertThat(routed.getHoldability()).isEqualTo(plain.getHoldability());
            assertThat(routed.isWrapperFor(PGConnection.class)).isTrue();
            assertThat(routed.isWrapperFor(String.class)).isFalse();
        }
    }

    @Test
    void springTransactionsAreRoutedByReadOnly() {
        JdbcTemplate jdbc = new JdbcTemplate(rig.dataSource());
        DataSourceTransactionManager manager = new DataSourceTransactionManager(rig.dataSource());
        TransactionTemplate reading = new TransactionTemplate(manager);
        reading.setReadOnly(true);
        TransactionTemplate writing = new TransactionTemplate(manager);

        assertThat(reading.<Boolean>execute(status -> standby(jdbc))).isTrue();
        assertThat(writing.<Boolean>execute(status -> standby(jdbc))).isFalse();
        Long id = writing.execute(status ->
                jdbc.queryForObject("insert into note (text) values (?) returning id", Long.class, "by spring"));
        assertThat(reading.<Integer>execute(
                        status -> jdbc.queryForObject("select count(*) from note where id = ?", Integer.class, id)))
                .isEqualTo(1);
        assertThat(RouteScope.readOnly())
                .satisfies(scope -> scope.run(() -> assertThat(standby(jdbc)).isTrue()));
        assertThat(standby(jdbc)).isFalse();
        assertThat(rig.router.nodes())
                .allSatisfy(node -> assertThat(node.inFlight()).isZero());
    }

    private static Boolean standby(JdbcTemplate jdbc) {
        return jdbc.queryForObject("select pg_is_in_recovery()", Boolean.class);
    }
}
