package dev.headroom.transaction;

import static dev.headroom.transaction.JdbcTransactions.inSavepoint;
import static dev.headroom.transaction.JdbcTransactions.runInTransaction;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headroom.HeadroomException;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcConnectionPool;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Parts of a transaction that fail alone. */
class SavepointTest {
    private final JdbcConnectionPool pool =
            JdbcConnectionPool.create("jdbc:h2:mem:part" + System.nanoTime() + ";DB_CLOSE_DELAY=-1", "sa", "");
    private final List<String> calls = new ArrayList<>();
    private final DataSource dataSource = watched();
    private final Transactions transactions = Transactions.of(List.of(JdbcTransactions.hook()));
    private final List<String> ran = new ArrayList<>();

    /** Notes what is called on its connections. */
    private DataSource watched() {
        return (DataSource) Proxy.newProxyInstance(
                DataSource.class.getClassLoader(), new Class<?>[] {DataSource.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("equals")) {
                        return proxy == arguments[0];
                    }
                    Connection real = pool.getConnection();
                    return Proxy.newProxyInstance(
                            Connection.class.getClassLoader(),
                            new Class<?>[] {Connection.class},
                            (connection, called, given) -> {
                                calls.add(called.getName());
                                try {
                                    return called.invoke(real, given);
                                } catch (InvocationTargetException thrown) {
                                    throw thrown.getCause();
                                }
                            });
                });
    }

    @BeforeEach
    void createTable() throws SQLException {
        runInTransaction(dataSource, connection -> execute(connection, "create table item (name varchar(20))"));
        calls.clear();
    }

    @AfterEach
    void givesEveryConnectionBack() {
        assertThat(pool.getActiveConnections()).isZero();
        pool.dispose();
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static boolean insert(Connection connection, String name) throws SQLException {
        execute(connection, "insert into item values ('" + name + "')");
        return true;
    }

    private List<String> items() throws SQLException {
        List<String> items = new ArrayList<>();
        try (Connection connection = pool.getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("select name from item order by name")) {
            while (rows.next()) {
                items.add(rows.getString(1));
            }
        }
        return items;
    }

    @Test
    void undoesAPartThatFailsWithItsActionsAndGoesOn() throws SQLException {
        runInTransaction(dataSource, whole -> {
            insert(whole, "before");
            inSavepoint(dataSource, part -> {
                transactions.afterCommit(part, () -> ran.add("first"));
                return insert(part, "first");
            });
            assertThatThrownBy(() -> inSavepoint(dataSource, part -> {
                        insert(part, "second");
                        transactions.afterCommit(part, () -> ran.add("second"));
                        transactions.afterCommit(null, () -> ran.add("second"));
                        throw new IOException("mine");
                    }))
                    .isExactlyInstanceOf(IOException.class)
                    .hasMessage("mine");
            inSavepoint(dataSource, part -> insert(part, "third"));
        });
        assertThat(items()).containsExactly("before", "first", "third");
        assertThat(ran).containsExactly("first");
    }

    /** Where the savepoint stays, as on PostgreSQL, the next one of its name would be within it. */
    @Test
    void leavesNoSavepointBehind() throws SQLException {
        runInTransaction(dataSource, whole -> {
            for (int i = 0; i < 3; i++) {
                assertThatThrownBy(() -> inSavepoint(dataSource, part -> {
                            insert(part, "never");
                            throw new IOException("mine");
                        }))
                        .isExactlyInstanceOf(IOException.class);
            }
            inSavepoint(dataSource, part -> insert(part, "a"));
        });
        assertThat(calls).filteredOn("setSavepoint"::equals).hasSize(4);
        assertThat(calls).filteredOn("releaseSavepoint"::equals).hasSize(4);
        assertThat(items()).containsExactly("a");
    }

    @Test
    void setsASavepointOnlyWhenTheDatabaseIsUsed() throws SQLException {
        runInTransaction(dataSource, whole -> {
            for (int i = 0; i < 3; i++) {
                inSavepoint(dataSource, part -> part.getAutoCommit());
            }
            assertThat(calls).doesNotContain("setSavepoint");
            inSavepoint(dataSource, part -> insert(part, "a") && insert(part, "b"));
        });
        assertThat(calls).containsOnlyOnce("setSavepoint");
    }

    @Test
    void whatJoinsTheTransactionBelongsToThePart() throws SQLException {
        runInTransaction(dataSource, whole -> {
            assertThatThrownBy(() -> inSavepoint(dataSource, part -> {
                        runInTransaction(dataSource, joined -> {
                            assertThat(joined).isSameAs(part);
                            insert(joined, "joined");
                            transactions.afterCommit(joined, () -> ran.add("joined"));
                        });
                        throw new IOException("mine");
                    }))
                    .hasMessage("mine");
            assertThatThrownBy(() -> inSavepoint(dataSource, part -> {
                        try {
                            runInTransaction(dataSource, joined -> execute(joined, "insert into nothing values (1)"));
                        } catch (SQLException swallowed) {
                            insert(part, "after");
                        }
                        return true;
                    }))
                    .isInstanceOf(HeadroomException.class)
                    .hasMessage("savepoint: rolled back, because work that had joined it failed");
            insert(whole, "whole");
        });
        assertThat(items()).containsExactly("whole");
        assertThat(ran).isEmpty();
    }

    @Test
    void partsHaveParts() throws SQLException {
        runInTransaction(
                dataSource,
                whole -> inSavepoint(dataSource, outer -> {
                    insert(outer, "outer");
                    assertThatThrownBy(() -> inSavepoint(dataSource, inner -> {
                                insert(inner, "inner");
                                throw new IOException("mine");
                            }))
                            .hasMessage("mine");
                    return inSavepoint(dataSource, inner -> insert(inner, "second inner"));
                }));
        assertThat(items()).containsExactly("outer", "second inner");
    }

    @Test
    void canNotCommitWhatCanNotBeUndone() throws SQLException {
        assertThatThrownBy(() -> runInTransaction(dataSource, whole -> {
                    insert(whole, "before");
                    assertThatThrownBy(() -> inSavepoint(dataSource, part -> {
                                insert(part, "lost");
                                part.close();
                                throw new IOException("mine");
                            }))
                            .hasMessage("mine");
                    assertThatThrownBy(() -> inSavepoint(dataSource, part -> true))
                            .isInstanceOf(HeadroomException.class)
                            .hasMessageStartingWith("savepoint: none");
                }))
                .isInstanceOf(HeadroomException.class);
        assertThat(items()).isEmpty();
    }

    @Test
    void refusesWhatItHasNoUseFor() throws SQLException {
        assertThatThrownBy(() -> inSavepoint(dataSource, part -> true))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageStartingWith("transaction: none");
        AtomicReference<Connection> kept = new AtomicReference<>();
        runInTransaction(dataSource, whole -> {
            inSavepoint(dataSource, part -> {
                kept.set(part);
                return true;
            });
            assertThatThrownBy(() -> insert(kept.get(), "late"))
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("used after the part");
        });
    }
}
