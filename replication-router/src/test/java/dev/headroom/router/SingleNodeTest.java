package dev.headroom.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import dev.headroom.consistency.ConsistencyToken;
import dev.headroom.router.hikari.HikariNodes;
import dev.headroom.testkit.SharedPostgres;
import dev.headroom.testkit.TestDatabase;
import dev.headroom.transaction.Transactions;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;
import org.h2.jdbc.JdbcConnection;
import org.h2.jdbcx.JdbcConnectionPool;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A primary alone, on another database than PostgreSQL. */
class SingleNodeTest {
    private final JdbcConnectionPool pool = JdbcConnectionPool.create("jdbc:h2:mem:single;DB_CLOSE_DELAY=-1", "sa", "");
    private final ReplicaRouter router =
            ReplicaRouter.builder("main").primary(NodeSpec.of("p", pool)).build();
    private final DataSource dataSource = router.dataSource();
    private final Transactions transactions = Transactions.of(List.of(router.transactionHook()));
    private final List<String> done = new ArrayList<>();

    @BeforeEach
    void create() {
        Rig.execute(dataSource, "create table note (id int)");
    }

    @AfterEach
    void close() {
        Rig.execute(dataSource, "shutdown");
        router.close();
        pool.dispose();
    }

    @Test
    void runsWhatDoesNoHarmAfterACommitOfWhichNobodyKnows() throws Exception {
        JdbcConnectionPool lost = JdbcConnectionPool.create("jdbc:h2:mem:lost;DB_CLOSE_DELAY=-1", "sa", "");
        try (ReplicaRouter own =
                ReplicaRouter.builder("lost").primary(NodeSpec.of("p", lost)).build()) {
            Transactions known = Transactions.of(List.of(own.transactionHook()));
            Connection connection = own.dataSource().getConnection();
            connection.setAutoCommit(false);
            try (Statement statement = connection.createStatement()) {
                statement.execute("create table note (id int)");
                statement.execute("insert into note values (1)");
            }
            known.afterCommit(connection, () -> done.add("committed"));
            known.afterPossibleCommit(connection, () -> done.add("evicted"));
            Rig.execute(lost, "shutdown immediately");

            assertThatThrownBy(connection::commit).isInstanceOf(SQLException.class);
        } finally {
            lost.dispose();
        }
        assertThat(done).containsExactly("evicted");
    }

    private int count() throws Exception {
        return RouteScope.readOnly().call(() -> {
            try (Connection connection = dataSource.getConnection();
                    Statement statement = connection.createStatement();
                    ResultSet row = statement.executeQuery("select count(*) from note")) {
                row.next();
                return row.getInt(1);
            }
        });
    }

    private static void insert(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.executeUpdate("insert into note values (1)");
        }
    }

    @Test
    void everythingGoesToThePrimaryAndThereAreNoPositions() throws Exception {
        try (Connection connection = dataSource.getConnection()) {
            connection.setAutoCommit(false);
            insert(connection);
            connection.commit();
            assertThat(router.consistency().capture(connection)).isEqualTo(ConsistencyToken.NONE);
        }
        assertThat(count()).isEqualTo(1);
        assertThat(router.consistency().current()).isEqualTo(ConsistencyToken.NONE);
        assertThat(router.admit("v1~main:1:5")).isEqualTo(ConsistencyToken.NONE);
        assertThat(router.decide(RouteScope.replica()))
                .isEqualTo(new RouteDecision.ToPrimary("p", false, RouteDecision.Reason.NO_REPLICAS));
        assertThat(pool.getActiveConnections()).isZero();
    }

    @Test
    void transactionIsRolledBackWhenTheConnectionIsClosed() throws Exception {
        try (Connection connection = dataSource.getConnection()) {
            connection.setAutoCommit(false);
            insert(connection);
        }
        assertThat(count()).isZero();
    }

    @Test
    void connectionGoesBackToThePoolWhenTheTransactionIsOver() throws Exception {
        try (Connection connection = dataSource.getConnection()) {
            assertThat(pool.getActiveConnections()).isZero();
            connection.setAutoCommit(false);
            insert(connection);
            assertThat(pool.getActiveConnections()).isEqualTo(1);
            connection.commit();
            connection.setAutoCommit(true);
            assertThat(pool.getActiveConnections()).isZero();
        }
    }

    @Test
    void connectionAtHandIsAskedForWhatIsTheSameOnAll() throws Exception {
        pool.setMaxConnections(1);
        pool.setLoginTimeout(1);
        try (Connection connection = dataSource.getConnection()) {
            connection.setAutoCommit(false);
            insert(connection);
            assertThat(connection.getMetaData().getURL()).startsWith("jdbc:h2:");
            assertThat(connection.isWrapperFor(JdbcConnection.class)).isTrue();
            assertThat(connection.getTransactionIsolation()).isEqualTo(Connection.TRANSACTION_READ_COMMITTED);
            connection.setTransactionIsolation(Connection.TRANSACTION_SERIALIZABLE);
            assertThat(connection.getTransactionIsolation()).isEqualTo(Connection.TRANSACTION_SERIALIZABLE);
            connection.commit();
            connection.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED); // H2's pool does not
        }
        try (Connection connection = dataSource.getConnection()) {
            assertThat(connection.getTransactionIsolation()).isEqualTo(Connection.TRANSACTION_READ_COMMITTED);
        }
    }

    /** One node: as far as the driver's {@code setReadOnly} goes. */
    @Test
    void writeInAReadOnlyTransactionOnPostgresIsRefusedAndNamedByTheLintInAutoCommitMode() throws Exception {
        List<LintFinding> findings = new ArrayList<>();
        try (TestDatabase database = SharedPostgres.createDatabase();
                HikariDataSource own = new HikariDataSource()) {
            own.setJdbcUrl(database.jdbcUrl());
            try (ReplicaRouter one = ReplicaRouter.builder("one")
                    .primary(HikariNodes.node("p", own))
                    .lint(findings::add)
                    .build()) {
                Rig.execute(one.dataSource(), "create table note (id int)");
                RouteScope.readOnly().call(() -> {
                    try (Connection connection = one.dataSource().getConnection()) {
                        insert(connection); // pgjdbc lets it pass
                        connection.setAutoCommit(false);
                        assertThatThrownBy(() -> insert(connection)).isInstanceOf(ReadOnlyViolationException.class);
                    }
                    return null;
                });
                assertThat(findings).isNotEmpty();
            }
        }
    }

    @Test
    void actionRunsAfterItsConnectionsCommit() throws Exception {
        try (Connection connection = dataSource.getConnection()) {
            connection.setAutoCommit(false);
            insert(connection);
            transactions.afterCommit(connection, () -> done.add("committed"));
            assertThat(done).isEmpty();
            connection.commit();
            assertThat(done).containsExactly("committed");
            connection.commit();
            assertThat(done).hasSize(1);
        }
    }

    @Test
    void actionIsDroppedOnRollbackAndOnClose() throws Exception {
        try (Connection connection = dataSource.getConnection()) {
            connection.setAutoCommit(false);
            transactions.afterCommit(connection, () -> done.add("rolled back"));
            connection.rollback();
            connection.commit();
            transactions.afterCommit(connection, () -> done.add("closed"));
        }
        assertThat(done).isEmpty();
    }

    @Test
    void actionRunsAtOnceInAutoCommitModeAndWhenSwitchingToItCommits() throws Exception {
        try (Connection connection = dataSource.getConnection()) {
            transactions.afterCommit(connection, () -> done.add("at once"));
            assertThat(done).containsExactly("at once");
            connection.setAutoCommit(false);
            insert(connection);
            transactions.afterCommit(connection, () -> done.add("switched"));
            connection.setAutoCommit(true);
            assertThat(done).containsExactly("at once", "switched");
        }
        assertThat(count()).isEqualTo(1);
    }

    @Test
    void failingActionDoesNotUndoTheCommit() throws Exception {
        try (Connection connection = dataSource.getConnection()) {
            connection.setAutoCommit(false);
            insert(connection);
            transactions.afterCommit(connection, () -> {
                throw new IllegalStateException("on purpose");
            });
            transactions.afterCommit(connection, () -> done.add("next"));
            connection.commit();
        }
        assertThat(done).containsExactly("next");
        assertThat(count()).isEqualTo(1);
    }

    @Test
    void poolsThatAreNotInAutoCommitModeAreToldOf() throws Exception {
        try (ReplicaRouter manual = ReplicaRouter.builder("manual")
                        .primary(NodeSpec.of("p", pool))
                        .autoCommit(false)
                        .build();
                Connection connection = manual.dataSource().getConnection()) {
            assertThat(connection.getAutoCommit()).isFalse();
            insert(connection);
            connection.rollback();
        }
        assertThat(count()).isZero();
    }
}
