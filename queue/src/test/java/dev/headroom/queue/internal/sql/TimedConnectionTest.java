package dev.headroom.queue.internal.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TimedConnectionTest {
    private final List<Statement> opened = new ArrayList<>();

    @Test
    void limitsStatementsAndClosesThoseThatItCanNotLimit() throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:h2:mem:timed")) {
            try (Statement limited = TimedConnection.of(connection, 7).createStatement()) {
                assertThat(limited.getQueryTimeout()).isEqualTo(7);
            }
            Connection refusing = TimedConnection.of(keeping(connection), -1);
            assertThatThrownBy(refusing::createStatement).isInstanceOf(SQLException.class);
            assertThat(opened).hasSize(1).allMatch(TimedConnectionTest::isClosed);
        }
    }

    private static boolean isClosed(Statement statement) {
        try {
            return statement.isClosed();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private Connection keeping(Connection connection) {
        return (Connection) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {Connection.class}, (proxy, method, arguments) -> {
                    Object result = method.invoke(connection, arguments);
                    if (result instanceof Statement statement) {
                        opened.add(statement);
                    }
                    return result;
                });
    }
}
