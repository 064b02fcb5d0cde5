package dev.headroom.transaction;

import static dev.headroom.transaction.JdbcTransactions.inTransaction;
import static dev.headroom.transaction.JdbcTransactions.runInTransaction;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headroom.HeadroomException;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcConnectionPool;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class JdbcTransactionsTest {
    private final JdbcConnectionPool dataSource =
            JdbcConnectionPool.create("jdbc:h2:mem:tx" + System.nanoTime() + ";DB_CLOSE_DELAY=-1", "sa", "");
    private final JdbcConnectionPool other =
            JdbcConnectionPool.create("jdbc:h2:mem:other" + System.nanoTime() + ";DB_CLOSE_DELAY=-1", "sa", "");
    private final Transactions transactions = Transactions.of(List.of(JdbcTransactions.hook()));
    private final List<String> ran = new ArrayList<>();

    @BeforeEach
    void createTable() throws SQLException {
        runInTransaction(dataSource, connection -> execute(connection, "create table item (name varchar(20))"));
    }

    @AfterEach
    void givesEveryConnectionBack() {
        assertThat(dataSource.getActiveConnections()).isZero();
        assertThat(other.getActiveConnections()).isZero();
        dataSource.dispose();
        other.dispose();
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static void insert(Connection connection, String name) throws SQLException {
        execute(connection, "insert into item values ('" + name + "')");
    }

    private long count() throws SQLException {
        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("select count(*) from item")) {
            rows.next();
            return rows.getLong(1);
        }
    }

    @Test
    void commitsAndThenRunsActionsInOrder() throws SQLException {
        String result = inTransaction(dataSource, connection -> {
            insert(connection, "a");
            transactions.afterCommit(connection, () -> ran.add("first of " + countUnchecked()));
            transactions.afterCommit(null, () -> {
                throw new IllegalStateException("an action fails");
            });
            transactions.afterCommit(null, () -> ran.add("second"));
            assertThat(ran).isEmpty();
            return "done";
        });
        assertThat(result).isEqualTo("done");
        assertThat(ran).containsExactly("first of 1", "second");
    }

    @Test
    void anErrorInAnActionKeepsNoOtherFromRunningAndDoesNotFailTheWork() throws SQLException {
        String result = inTransaction(dataSource, connection -> {
            transactions.afterCommit(connection, () -> {
                throw new AssertionError("an action is broken");
            });
            transactions.afterCommit(connection, () -> ran.add("after commit"));
            JdbcTransactions.afterEnd(end -> ran.add("after end: " + end));
            return "done";
        });
        assertThat(result).isEqualTo("done");
        assertThat(ran).containsExactly("after commit", "after end: COMMITTED");
    }

    private long countUnchecked() {
        try {
            assertThat(dataSource.getActiveConnections()).isZero();
            return count();
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void rollsBackWithWhatWasThrownAndDropsActions() throws SQLException {
        assertThatThrownBy(() -> runInTransaction(dataSource, connection -> {
                    insert(connection, "a");
                    transactions.afterCommit(connection, () -> ran.add("never"));
                    transactions.afterPossibleCommit(connection, () -> ran.add("never"));
                    throw new IOException("mine");
                }))
                .isExactlyInstanceOf(IOException.class)
                .hasMessage("mine");
        assertThat(count()).isZero();
        assertThat(ran).isEmpty();
    }

    @Test
    void runsWhatDoesNoHarmWhenNobodyKnowsWhetherItCommitted() {
        DataSource losesTheAnswer = with(DataSource.class, dataSource, "getConnection", real -> {
            Connection connection = (Connection) real;
            return with(Connection.class, connection, "commit", committed -> {
                throw new SQLException("the connection is gone", "08006");
            });
        });

        assertThatThrownBy(() -> runInTransaction(losesTheAnswer, connection -> {
                    insert(connection, "a");
                    transactions.afterCommit(connection, () -> ran.add("committed"));
                    transactions.afterPossibleCommit(connection, () -> ran.add("evicted after " + countUnchecked()));
                }))
                .hasMessage("the connection is gone");
        assertThat(ran).containsExactly("evicted after 1");
    }

    @Test
    void runsActionsThoughTheConnectionCanNotBeGivenBack() throws SQLException {
        DataSource broken = with(DataSource.class, dataSource, "getConnection", real -> {
            Connection connection = (Connection) real;
            return with(Connection.class, connection, "close", closed -> {
                throw new IllegalStateException("the pool is broken");
            });
        });

        assertThatThrownBy(() -> runInTransaction(broken, connection -> {
                    insert(connection, "a");
                    transactions.afterCommit(connection, () -> ran.add("committed"));
                    JdbcTransactions.afterEnd(end -> ran.add("ended " + end));
                }))
                .hasMessage("the pool is broken");
        assertThat(ran).containsExactly("committed", "ended COMMITTED");
    }

    private interface Change {
        Object of(Object result) throws SQLException;
    }

    /** The same, but for what one of its methods answers. */
    private static <T> T with(Class<T> type, T real, String method, Change change) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(), new Class<?>[] {type}, (proxy, called, arguments) -> {
                    if (called.getName().equals("equals")) {
                        return proxy == arguments[0];
                    }
                    Object result = called.invoke(real, arguments);
                    return called.getName().equals(method) ? change.of(result) : result;
                }));
    }

    @Test
    void takesAConnectionWhenItIsFirstUsed() throws SQLException {
        JdbcTransactions.inLazyTransaction(dataSource, connection -> {
            transactions.afterCommit(null, () -> ran.add("unused"));
            assertThat(connection.getAutoCommit()).isFalse();
            assertThat(JdbcTransactions.isBegun(connection)).isFalse();
            assertThat(dataSource.getActiveConnections()).isZero();
            return true;
        });
        assertThat(ran).containsExactly("unused");
        JdbcTransactions.inLazyTransaction(dataSource, connection -> {
            runInTransaction(dataSource, joined -> insert(joined, "joined"));
            assertThat(JdbcTransactions.isBegun(connection)).isTrue();
            assertThat(dataSource.getActiveConnections()).isOne();
            transactions.afterCommit(connection, () -> ran.add("used, and given back " + countUnchecked()));
            return true;
        });
        assertThat(ran).containsExactly("unused", "used, and given back 1");
        assertThatThrownBy(() -> JdbcTransactions.inLazyTransaction(dataSource, connection -> {
                    insert(connection, "rolled back");
                    throw new IOException("mine");
                }))
                .hasMessage("mine");
        assertThat(count()).isOne();
        runInTransaction(
                dataSource,
                outer -> JdbcTransactions.inLazyTransaction(dataSource, inner -> {
                    assertThat(inner).isSameAs(outer);
                    return true;
                }));
    }

    @Test
    void aLazyTransactionDoesNotPretendToCommitByItself() throws SQLException {
        JdbcTransactions.inLazyTransaction(dataSource, connection -> {
            connection.setAutoCommit(false);
            assertThatThrownBy(() -> connection.setAutoCommit(true))
                    .isInstanceOf(SQLException.class)
                    .hasMessage("setAutoCommit: true (expected: false, until the transaction ends)");
            insert(connection, "goes on");
            assertThatThrownBy(() -> connection.setAutoCommit(true)).isInstanceOf(SQLException.class);
            assertThat(count()).isZero();
            return true;
        });
        assertThat(count()).isOne();
        try (Connection given = dataSource.getConnection()) {
            assertThat(given.getAutoCommit()).isTrue();
        }
    }

    @Test
    void saysThatThereWasNoConnectionForALazyTransaction() {
        DataSource away = with(DataSource.class, dataSource, "getConnection", real -> {
            ((Connection) real).close();
            throw new SQLException("away", "08001");
        });
        assertThatThrownBy(() -> JdbcTransactions.inLazyTransaction(away, connection -> {
                    try {
                        insert(connection, "never");
                    } finally {
                        ran.add("refused " + JdbcTransactions.isRefused(connection));
                    }
                    return true;
                }))
                .hasMessage("away");
        assertThat(ran).containsExactly("refused true");
    }

    @Test
    void joinsTheOuterTransaction() throws SQLException {
        runInTransaction(dataSource, outer -> {
            runInTransaction(dataSource, inner -> {
                assertThat(inner).isSameAs(outer);
                insert(inner, "inner");
                transactions.afterCommit(null, () -> ran.add("inner"));
            });
            assertThat(ran).isEmpty();
            assertThat(count()).isZero();
        });
        assertThat(count()).isEqualTo(1);
        assertThat(ran).containsExactly("inner");
    }

    @Test
    void rollsBackTheWholeWhenJoinedWorkFailed() throws SQLException {
        assertThatThrownBy(() -> runInTransaction(dataSource, outer -> {
                    insert(outer, "outer");
                    try {
                        runInTransaction(dataSource, inner -> execute(inner, "insert into nothing values (1)"));
                    } catch (SQLException swallowed) {
                        insert(outer, "after");
                    }
                }))
                .isInstanceOf(HeadroomException.class)
                .hasMessage("transaction: rolled back, because work that had joined it failed");
        assertThat(count()).isZero();
    }

    @Test
    void keepsTransactionsOfTwoDataSourcesApart() throws SQLException {
        runInTransaction(dataSource, connection -> {
            insert(connection, "a");
            runInTransaction(other, second -> {
                transactions.afterCommit(connection, () -> ran.add("outer"));
                transactions.afterCommit(second, () -> ran.add("inner"));
                assertThat(second).isNotSameAs(connection);
            });
            assertThat(ran).containsExactly("inner");
        });
        assertThat(ran).containsExactly("inner", "outer");
    }

    @Test
    void runsActionsAtOnceInATransactionThatNobodyKnowsAndLooksOnlyOnce() throws SQLException {
        AtomicInteger looks = new AtomicInteger();
        try (Connection real = dataSource.getConnection()) {
            Connection connection = (Connection) Proxy.newProxyInstance(
                    Connection.class.getClassLoader(),
                    new Class<?>[] {Connection.class},
                    (proxy, method, arguments) -> {
                        if (method.getName().equals("getAutoCommit")) {
                            looks.incrementAndGet();
                        }
                        return method.invoke(real, arguments);
                    });
            transactions.afterCommit(connection, () -> ran.add("no transaction"));
            assertThat(looks).hasValue(1);
            real.setAutoCommit(false);
            for (int i = 0; i < 5; i++) {
                transactions.afterCommit(connection, () -> ran.add("unknown"));
            }
            assertThat(looks).as("warned of it once and never looked again").hasValue(2);
            real.rollback();
            real.setAutoCommit(true);
        }
        assertThat(ran).containsExactly("no transaction", "unknown", "unknown", "unknown", "unknown", "unknown");
    }

    @Test
    void runsActionsAtOnceOutsideOfATransaction() throws SQLException {
        transactions.afterCommit(null, () -> ran.add("now"));
        try (Connection stranger = dataSource.getConnection()) {
            runInTransaction(dataSource, connection -> {
                transactions.afterCommit(stranger, () -> ran.add("stranger"));
                assertThat(ran).containsExactly("now", "stranger");
            });
            assertThat(stranger.getAutoCommit()).isTrue();
        }
        assertThat(JdbcTransactions.hook().afterCommit(null, () -> {})).isFalse();
    }
}
