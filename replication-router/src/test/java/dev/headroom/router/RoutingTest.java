package dev.headroom.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.headroom.testkit.SharedPostgres;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;

@TestInstance(Lifecycle.PER_CLASS)
class RoutingTest {
    @AutoClose
    private final Rig rig = new Rig(SharedPostgres.withStandbys(1), 1, Rig::patient);

    @BeforeEach
    void catchUp() {
        rig.standby(1).waitUntilCaughtUp();
    }

    private static boolean standbyAnswers(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("select pg_is_in_recovery()")) {
            row.next();
            return row.getBoolean(1);
        }
    }

    @Test
    void writesGoToThePrimaryAndReadsToAStandby() throws Exception {
        try (Connection connection = rig.dataSource().getConnection()) {
            assertThat(standbyAnswers(connection)).isFalse();
        }
        boolean standby = RouteScope.readOnly().call(() -> {
            try (Connection connection = rig.dataSource().getConnection()) {
                return standbyAnswers(connection);
            }
        });
        assertThat(standby).isTrue();
    }

    @Test
    void readOnlyConnectionsGoToAStandbyWithoutAScope() throws Exception {
        try (Connection connection = rig.dataSource().getConnection()) {
            connection.setReadOnly(true);
            assertThat(standbyAnswers(connection)).isTrue();
        }
    }

    @Test
    void oneConnectionMovesBetweenUnits() throws Exception {
        try (Connection connection = rig.dataSource().getConnection()) {
            assertThat(standbyAnswers(connection)).isFalse();
            connection.setReadOnly(true);
            assertThat(standbyAnswers(connection)).isTrue();
            connection.setReadOnly(false);
            assertThat(standbyAnswers(connection)).isFalse();
        }
    }

    @Test
    void rowsOfMetaDataAreReadOnWhileTheNextUnitIsElsewhere() throws Exception {
        try (Connection connection = rig.dataSource().getConnection();
                ResultSet tables = connection.getMetaData().getTables(null, null, "note", null)) {
            assertThat(Rig.nodeOf(connection)).isEqualTo("p");
            connection.setReadOnly(true);
            assertThat(standbyAnswers(connection)).isTrue();
            assertThat(tables.next()).isTrue();
            assertThat(tables.getString("TABLE_NAME")).isEqualTo("note");
            assertThat(rig.status("p").inFlight()).as("what the rows are on").isOne();
            tables.close();
            tables.close();
            assertThat(rig.status("p").inFlight())
                    .as("what is set aside goes back with its rows")
                    .isZero();
        }
    }

    @Test
    void openTransactionNeverMoves() throws Exception {
        try (Connection connection = rig.dataSource().getConnection()) {
            connection.setAutoCommit(false);
            Rig.insert(connection, "open");
            boolean standby = RouteScope.readOnly().call(() -> standbyAnswers(connection));
            assertThat(standby).isFalse();
            assertThatThrownBy(() -> connection.setReadOnly(true)).isInstanceOf(SQLException.class);
            connection.rollback();
        }
    }

    @Test
    void writeTransactionThatBeginsWithAReadInAReadOnlyScopeStaysOnThePrimary() throws Exception {
        try (Connection connection = rig.dataSource().getConnection()) {
            connection.setAutoCommit(false);
            assertThat(RouteScope.readOnly().call(() -> standbyAnswers(connection)))
                    .isFalse();
            Rig.insert(connection, "after the read");
            connection.commit();
        }
    }

    @Test
    void primaryScopeReadsThePrimary() throws Exception {
        RouteScope.primary().call(() -> {
            try (Connection connection = rig.dataSource().getConnection()) {
                connection.setReadOnly(true);
                assertThat(standbyAnswers(connection)).isFalse();
                assertThat(connection.unwrap(Routed.class).decision())
                        .contains(new RouteDecision.ToPrimary("p", false, RouteDecision.Reason.PRIMARY_ASKED));
            }
            return null;
        });
    }

    @Test
    void serializableReadsRunOnThePrimary() throws Exception {
        try (Connection connection = rig.dataSource().getConnection()) {
            connection.setReadOnly(true);
            connection.setTransactionIsolation(Connection.TRANSACTION_SERIALIZABLE);
            connection.setAutoCommit(false);
            assertThat(standbyAnswers(connection)).isFalse();
            connection.rollback();
        }
    }

    @Test
    void writeInAReadOnlyScopeIsRefusedWithAClearException() throws Exception {
        RouteScope.readOnly().call(() -> {
            try (Connection connection = rig.dataSource().getConnection()) {
                assertThatThrownBy(() -> Rig.insert(connection, "never"))
                        .isInstanceOf(ReadOnlyViolationException.class)
                        .hasMessageContaining("read-only unit on r1");
            }
            return null;
        });
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void writeBelowAReadOnlyScopeIsRefusedOnThePrimaryToo(boolean autoCommit) throws Exception {
        RouteScope.readOnly()
                .call(() -> RouteScope.primary().call(() -> {
                    try (Connection connection = rig.dataSource().getConnection()) {
                        connection.setAutoCommit(autoCommit);
                        assertThatThrownBy(() -> Rig.insert(connection, "never"))
                                .isInstanceOf(ReadOnlyViolationException.class)
                                .hasMessageContaining("read-only unit on p");
                        if (!autoCommit) {
                            connection.rollback();
                        }
                    }
                    return null;
                }));
    }

    @Test
    void connectionThatWasAbortedIsGivenBackWhenItIsClosed() throws Exception {
        Connection connection = rig.dataSource().getConnection();
        Rig.insert(connection, "before");
        connection.setAutoCommit(false);
        Rig.insert(connection, "lost");
        connection.abort(Runnable::run);
        assertThat(connection.isClosed()).isTrue();
        assertThatThrownBy(() -> Rig.insert(connection, "never")).isInstanceOf(SQLException.class);
        try {
            connection.close();
        } catch (SQLException cut) {
            // What was begun can't be rolled back in an orderly way.
        }
        assertThat(rig.router.nodes())
                .allSatisfy(node -> assertThat(node.inFlight()).isZero());
        assertThat(rig.insert("after")).isPositive();
    }

    @Test
    void metaDataOfAClosedConnectionTakesNoOther() throws Exception {
        DatabaseMetaData kept;
        try (Connection connection = rig.dataSource().getConnection()) {
            kept = connection.getMetaData();
        }
        assertThatThrownBy(() -> kept.getTables(null, null, "note", null)).isInstanceOf(SQLException.class);
        assertThat(rig.router.nodes())
                .allSatisfy(node -> assertThat(node.inFlight()).isZero());
    }

    @Test
    void scopesNestAndEndWithTheirCall() throws Exception {
        assertThat(RouteScope.current()).isEmpty();
        RouteScope.readOnly().call(() -> {
            RouteScope.primary()
                    .run(() -> assertThat(RouteScope.current().orElseThrow())
                            .returns(RouteScope.Target.PRIMARY, RouteScope::target)
                            .returns(true, RouteScope::isReadOnly));
            assertThat(RouteScope.current()).contains(RouteScope.readOnly());
            return null;
        });
        assertThat(RouteScope.current()).isEmpty();
        assertThatThrownBy(() -> RouteScope.primary().maxStaleness(Duration.ofSeconds(1)))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void everythingMadeLeadsBackToTheRoutedConnection() throws Exception {
        try (Connection connection = rig.dataSource().getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("select 1")) {
            assertThat(statement.getConnection()).isSameAs(connection);
            assertThat(rows.getStatement()).isSameAs(statement);
            assertThat(connection
                            .prepareStatement("select 1")
                            .executeQuery()
                            .getStatement()
                            .getConnection())
                    .isSameAs(connection);
            assertThat(connection.prepareCall("select 1").getConnection()).isSameAs(connection);
            assertThat(connection.getMetaData().getConnection()).isSameAs(connection);
            try (ResultSet tables = connection.getMetaData().getTables(null, null, "note", null)) {
                assertThat(tables.next()).isTrue();
                assertThat(tables.getStatement()).isNull();
            }
        }
    }

    @Test
    void resultsOfTheLastUnitCanBeReadOnWhileTheNextRunsElsewhere() throws Exception {
        try (Connection connection = rig.dataSource().getConnection()) {
            connection.setReadOnly(true);
            try (Statement statement = connection.createStatement();
                    ResultSet rows = statement.executeQuery("select generate_series(1, 3)")) {
                rows.next();
                connection.setReadOnly(false);
                long id = Rig.insert(connection, "between");
                assertThat(id).isPositive();
                List<Integer> rest = new ArrayList<>();
                while (rows.next()) {
                    rest.add(rows.getInt(1));
                }
                assertThat(rest).containsExactly(2, 3);
                assertThatThrownBy(() -> statement.executeQuery("select 1")).hasMessageContaining("made on r1");
            }
        }
        assertThat(rig.router.nodes())
                .allSatisfy(node -> assertThat(node.inFlight()).isZero());
    }

    @Test
    void settingsArePlayedBackOnEveryNode() throws Exception {
        try (Connection connection = rig.dataSource().getConnection()) {
            connection.setSchema("pg_catalog");
            connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
            for (boolean readOnly : new boolean[] {false, true}) {
                connection.setReadOnly(readOnly);
                try (Statement statement = connection.createStatement();
                        ResultSet row = statement.executeQuery("select current_schema()")) {
                    row.next();
                    assertThat(row.getString(1)).isEqualTo("pg_catalog");
                }
                assertThat(connection.getTransactionIsolation()).isEqualTo(Connection.TRANSACTION_REPEATABLE_READ);
            }
        }
        try (Connection connection = rig.dataSource().getConnection()) {
            standbyAnswers(connection);
            assertThat(connection.getSchema()).isEqualTo("public");
        }
    }

    @Test
    void changedSessionStaysOnItsNodeAndIsThrownAway() throws Exception {
        int backend;
        try (Connection connection = rig.dataSource().getConnection()) {
            try (Statement statement = connection.createStatement()) {
                statement.execute("create temporary table kept (x int)");
                assertThat(connection.unwrap(Routed.class).tainted()).isTrue();
            }
            backend = backend(connection);
            connection.setReadOnly(true);
            assertThat(backend(connection)).isEqualTo(backend);
            assertThatThrownBy(() -> Rig.insert(connection, "never")).isInstanceOf(ReadOnlyViolationException.class);
            connection.setReadOnly(false);
            assertThat(Rig.insert(connection, "allowed again")).isPositive();
            assertThat(backend(connection)).isEqualTo(backend);
        }
        for (int i = 0; i < 20; i++) {
            try (Connection connection = rig.dataSource().getConnection()) {
                assertThat(backend(connection)).isNotEqualTo(backend);
            }
        }
    }

    @Test
    void nodeAloneTakesWritesOnTheConnectionThatWasReadOnly() throws Exception {
        SingleConnectionDataSource one = new SingleConnectionDataSource(rig.database.jdbcUrl(), true);
        try (ReplicaRouter router =
                ReplicaRouter.builder("alone").primary(NodeSpec.of("p", one)).build()) {
            try (Connection connection = router.dataSource().getConnection()) {
                connection.setReadOnly(true);
                connection.setAutoCommit(false);
                Rig.read(connection, 1);
                connection.commit();
            }
            assertThat(one.getConnection().isReadOnly()).isFalse();
            try (Connection connection = router.dataSource().getConnection()) {
                connection.setAutoCommit(false);
                Rig.insert(connection, "next");
                connection.commit();
            }
        } finally {
            one.destroy();
        }
    }

    @Test
    void settingATransactionLocalVariableTaintsNothing() throws Exception {
        try (Connection connection = rig.dataSource().getConnection()) {
            connection.setAutoCommit(false);
            try (Statement statement = connection.createStatement()) {
                statement.execute("set local statement_timeout = 1000");
            }
            assertThat(connection.unwrap(Routed.class).tainted()).isFalse();
            connection.rollback();
        }
    }

    @Test
    void advisoryLocksAndSessionVariablesTaint() throws Exception {
        for (String sql : List.of(
                "select pg_advisory_lock(1)",
                "SET search_path TO public",
                "select set_config('a.b', '1', false)",
                "listen x")) {
            try (Connection connection = rig.dataSource().getConnection();
                    Statement statement = connection.createStatement()) {
                statement.execute(sql);
                assertThat(connection.unwrap(Routed.class).tainted()).as(sql).isTrue();
            }
        }
    }

    @Test
    void failedTransactionCommitsLikeTheDriverAndTellsNoPosition() throws Exception {
        try (Connection connection = rig.dataSource().getConnection()) {
            connection.setAutoCommit(false);
            Rig.insert(connection, "lost");
            try (Statement statement = connection.createStatement()) {
                assertThatThrownBy(() -> statement.execute("select 1/0")).isInstanceOf(SQLException.class);
            }
            try {
                connection.commit();
            } catch (SQLException raisedByTheDriver) {
                connection.rollback();
            }
        }
        try (Connection connection = rig.database.dataSource().getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("select count(*) from note where text = 'lost'")) {
            row.next();
            assertThat(row.getInt(1)).isZero();
        }
    }

    @Test
    void decideExplainsWithoutTakingAConnection() {
        // On a busy machine the standby may be late for a moment.
        await().untilAsserted(() -> assertThat(rig.router.decide(RouteScope.readOnly()))
                .isInstanceOfSatisfying(RouteDecision.ToReplica.class, to -> {
                    assertThat(to.node()).isEqualTo("r1");
                    assertThat(to.explanation()).startsWith("r1 (lag <= ").endsWith("ms): read-only");
                }));
        assertThat(rig.router.decide(RouteScope.primary()).explanation()).isEqualTo("p: the primary was asked for");
    }

    private static int backend(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("select pg_backend_pid()")) {
            row.next();
            return row.getInt(1);
        }
    }
}
