package dev.headroom.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headroom.RequestContext;
import dev.headroom.consistency.Consistency;
import dev.headroom.consistency.ConsistencyToken;
import dev.headroom.testkit.SharedPostgres;
import java.io.StringReader;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.postgresql.PGConnection;
import org.postgresql.jdbc.PgStatement;

/** Writes and reads that do not come by as statements, or come by at an odd moment, while the standbys stand still. */
@TestInstance(Lifecycle.PER_CLASS)
@Tag("one-jdk")
class UnseenWritesTest {
    @AutoClose
    private final Rig rig = new Rig(
            SharedPostgres.withStandbys(2),
            2,
            options -> Rig.patient(options).primaryFallback(16).waitForReplica(Duration.ofMillis(50)));

    private final Consistency consistency = rig.router.consistency();

    @BeforeEach
    void standStill() {
        rig.standby(1).pauseReplay();
        rig.standby(2).pauseReplay();
    }

    @AfterEach
    void goOn() {
        for (int number : new int[] {1, 2}) {
            rig.standby(number).resumeReplay();
            rig.standby(number).waitUntilCaughtUp();
        }
    }

    private static <T> T request(Callable<T> work) throws Exception {
        return RequestContext.builder().build().call(work);
    }

    private boolean seen(String text) throws Exception {
        return RouteScope.readOnly().call(() -> {
            try (Connection connection = rig.dataSource().getConnection();
                    PreparedStatement select =
                            connection.prepareStatement("select count(*) from note where text = ?")) {
                select.setString(1, text);
                try (ResultSet row = select.executeQuery()) {
                    row.next();
                    return row.getInt(1) == 1;
                }
            }
        });
    }

    /** What was done so far has its position; what comes later must be noticed anew. */
    private void settle() {
        assertThat(consistency.current().isNone()).isFalse();
    }

    @Test
    void copyOverTheDriversConnectionIsSeenBeforeAndAfterItIsGivenBack() throws Exception {
        request(() -> {
            try (Connection connection = rig.dataSource().getConnection()) {
                PGConnection driver = connection.unwrap(PGConnection.class);
                settle();
                driver.getCopyAPI().copyIn("copy note (text) from stdin", new StringReader("copied\n"));
                assertThat(seen("copied")).isTrue();
                settle();
                driver.getCopyAPI().copyIn("copy note (text) from stdin", new StringReader("copied again\n"));
            }
            assertThat(seen("copied again")).isTrue();
            settle();
            return null;
        });
    }

    /** What the driver's own does without a call of ours: the driver begins a transaction when there is none. */
    private interface Driver {
        void insert(String text) throws Exception;
    }

    private Driver copying(Connection connection) throws SQLException {
        PGConnection driver = connection.unwrap(PGConnection.class);
        return text -> driver.getCopyAPI().copyIn("copy note (text) from stdin", new StringReader(text + "\n"));
    }

    private Driver executing(Connection connection) throws SQLException {
        PgStatement driver = connection.createStatement().unwrap(PgStatement.class);
        return text -> driver.execute("insert into note (text) values ('" + text + "')");
    }

    private List<String> stored(String prefix) throws SQLException {
        List<String> texts = new ArrayList<>();
        try (Connection connection = rig.database.dataSource().getConnection();
                Statement statement = connection.createStatement();
                ResultSet row =
                        statement.executeQuery("select text from note where text like '" + prefix + "%' order by id")) {
            while (row.next()) {
                texts.add(row.getString(1).substring(prefix.length()));
            }
        }
        return texts;
    }

    private void everyTransactionOf(String prefix, Driver driver, Connection connection) throws Exception {
        connection.setAutoCommit(false);
        driver.insert(prefix + "first");
        connection.commit();
        driver.insert(prefix + "second");
        connection.commit();
        assertThat(seen(prefix + "second")).isTrue();
        driver.insert(prefix + "rolled back");
        connection.rollback();
        Rig.insert(connection, prefix + "by us");
        connection.commit();
        driver.insert(prefix + "switched");
        connection.setAutoCommit(true);
        driver.insert(prefix + "in auto-commit mode");
        connection.setAutoCommit(false);
        driver.insert(prefix + "never");
    }

    @Test
    void everyTransactionThatTheDriverHasBegunIsCommittedOrRolledBack() throws Exception {
        request(() -> {
            try (Connection connection = rig.dataSource().getConnection()) {
                everyTransactionOf("copy: ", copying(connection), connection);
            }
            try (Connection connection = rig.dataSource().getConnection()) {
                everyTransactionOf("statement: ", executing(connection), connection);
            }
            return null;
        });
        for (String prefix : List.of("copy: ", "statement: ")) {
            assertThat(stored(prefix)).containsExactly("first", "second", "by us", "switched", "in auto-commit mode");
        }
    }

    @Test
    void whatTheDriverHasBegunIsNotCommittedByAReadThatComesBetween() throws Exception {
        try (Connection connection = rig.dataSource().getConnection()) {
            connection.setAutoCommit(false);
            Driver driver = copying(connection);
            connection.commit();
            driver.insert("between");
            connection.setReadOnly(true);
            assertThatThrownBy(() -> Rig.read(connection, 1)).isInstanceOf(SQLException.class);
            connection.rollback();
        }
        assertThat(stored("between")).isEmpty();
    }

    @Test
    void whatIsWrittenWithTheDriversStatementIsSeen() throws Exception {
        request(() -> {
            try (Connection connection = rig.dataSource().getConnection();
                    Statement statement = connection.createStatement()) {
                PgStatement driver = statement.unwrap(PgStatement.class);
                settle();
                driver.execute("insert into note (text) values ('by the driver')");
                assertThat(connection.unwrap(Routed.class).tainted()).isTrue();
            }
            assertThat(seen("by the driver")).isTrue();
            return null;
        });
    }

    /** Changes a row that the standbys have, at a position that they have reached. */
    private interface InPlace {
        void change(ResultSet row) throws SQLException;
    }

    private void inPlace(String text, InPlace change) throws Exception {
        goOn();
        Rig.execute(rig.dataSource(), "insert into note (text) values ('" + text + "')");
        goOn();
        standStill();
        request(() -> {
            try (Connection connection = rig.dataSource().getConnection();
                    Statement statement =
                            connection.createStatement(ResultSet.TYPE_SCROLL_INSENSITIVE, ResultSet.CONCUR_UPDATABLE);
                    ResultSet row = statement.executeQuery("select id, text from note where text = '" + text + "'")) {
                row.next();
                settle();
                change.change(row);
                assertThat(seen(text)).as(text).isFalse();
            }
            return null;
        });
    }

    @Test
    void rowsThatAreChangedInPlaceAreSeen() throws Exception {
        inPlace("to be updated", row -> {
            row.updateString(2, "updated");
            row.updateRow();
        });
        inPlace("to be deleted", ResultSet::deleteRow);
    }

    @Test
    void writeInAutoCommitModeInsideOfWithinIsTheThreads() throws Exception {
        Consistency group = Routers.of(rig.router).consistency();
        for (Consistency way : new Consistency[] {consistency, group}) {
            goOn();
            ConsistencyToken token = request(() -> {
                rig.insert("before");
                return consistency.current();
            });
            goOn();
            standStill();
            String text = "within " + way.getClass().getSimpleName();
            // A thread without a request, which has no floor yet.
            CompletableFuture.runAsync(
                            () -> {
                                try {
                                    way.within(token, () -> insert(text));
                                    assertThat(seen(text)).as(text).isTrue();
                                    insert("then " + text);
                                    assertThat(way.within(token, () -> seen("then " + text)))
                                            .isTrue();
                                } catch (Exception e) {
                                    throw new IllegalStateException(e);
                                }
                            },
                            task -> new Thread(task).start())
                    .get(1, TimeUnit.MINUTES);
        }
    }

    @Test
    void writeIsTheWholeRequestsThoughAPartWithAPositionOfItsOwnLearnsWhereItIs() throws Exception {
        ConsistencyToken token = request(() -> {
            rig.insert("before");
            return consistency.current();
        });
        request(() -> {
            RequestContext whole = RequestContext.current();
            return consistency.within(token, () -> {
                whole.call(() -> insert("meanwhile"));
                settle();
                assertThat(whole.call(() -> seen("meanwhile"))).isTrue();
                assertThat(whole.call(consistency::current)).isEqualTo(consistency.current());
                return null;
            });
        });
    }

    @Test
    void whatAStatementCommittedIsSeenAfterTheTransactionWasClosedWithoutACommit() throws Exception {
        request(() -> {
            try (Connection connection = rig.dataSource().getConnection()) {
                connection.setAutoCommit(false);
                Rig.insert(connection, "by a statement");
                try (Statement statement = connection.createStatement()) {
                    statement.execute("commit");
                }
            }
            assertThat(seen("by a statement")).isTrue();
            return null;
        });
    }

    @Test
    void whatAStatementCommittedIsSeenByTheNextRequestThoughTheTransactionThatCameAfterItWroteNothing()
            throws Exception {
        for (String end : List.of("rollback", "commit")) {
            String text = "committed by a statement, then " + end;
            ConsistencyToken token = request(() -> {
                try (Connection connection = rig.dataSource().getConnection()) {
                    connection.setAutoCommit(false);
                    Rig.insert(connection, text);
                    try (Statement statement = connection.createStatement()) {
                        statement.execute("commit");
                    }
                    if (end.equals("rollback")) {
                        connection.rollback();
                    } else {
                        connection.commit();
                    }
                }
                return consistency.current();
            });
            RequestContext next = RequestContext.builder().consistency(token).build();
            assertThat(next.call(() -> seen(text))).as(text).isTrue();
        }
    }

    private String insert(String text) {
        Rig.execute(rig.dataSource(), "insert into note (text) values ('" + text + "')");
        return text;
    }

    @Test
    void sessionThatWasChangedOnAStandbyIsNotReadBeforeItShowsWhatTheRequestWrote() throws Exception {
        request(() -> {
            try (Connection connection = rig.dataSource().getConnection()) {
                connection.setReadOnly(true);
                try (Statement statement = connection.createStatement()) {
                    statement
                            .executeQuery("select set_config('a.b', '1', false)")
                            .close();
                    assertThat(Rig.nodeOf(connection)).startsWith("r");
                    long id = rig.insert("mine");
                    String sql = "select 1 from note where id = " + id;
                    assertThatThrownBy(() -> statement.executeQuery(sql))
                            .isInstanceOf(SQLException.class)
                            .hasMessageContaining("its session was changed on r");
                    assertThatThrownBy(connection::createStatement)
                            .hasMessageContaining("which is too far behind for this read");
                    goOn();
                    try (ResultSet row = statement.executeQuery(sql)) {
                        assertThat(row.next()).isTrue();
                    }
                }
            }
            return null;
        });
    }

    @Test
    void sessionThatWasChangedOnAStandbyRunsNothingThatIsForThePrimary() throws Exception {
        request(() -> {
            try (Connection connection = rig.dataSource().getConnection()) {
                connection.setReadOnly(true);
                try (Statement statement = connection.createStatement()) {
                    statement
                            .executeQuery("select set_config('a.b', '1', false)")
                            .close();
                    assertThatThrownBy(() -> RouteScope.primary().call(() -> statement.executeQuery("select 1")))
                            .isInstanceOfSatisfying(
                                    SQLException.class,
                                    refused -> assertThat(refused.getSQLState()).isEqualTo("24000"))
                            .hasMessageContaining("a replica, and this unit is for the primary");
                    connection.setReadOnly(false);
                    assertThatThrownBy(connection::createStatement)
                            .hasMessageContaining("this unit is for the primary");
                }
            }
            return null;
        });
    }
}
