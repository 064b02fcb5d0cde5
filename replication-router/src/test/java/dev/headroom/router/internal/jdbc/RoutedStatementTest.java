package dev.headroom.router.internal.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RoutedStatementTest {
    @Test
    void driversStatementIsClosedBeforeItsConnectionIsGivenBack() throws Exception {
        try (Connection connection = DriverManager.getConnection("jdbc:h2:mem:")) {
            Statement driver = connection.createStatement();
            List<Boolean> closedThen = new ArrayList<>();
            Statement routed = RoutedStatement.of(driver, new StatementOwner() {
                @Override
                public Connection connection() {
                    return connection;
                }

                @Override
                public long begin(String sql) {
                    return 0;
                }

                @Override
                public @Nullable SQLException end(String sql, long startedAt, @Nullable SQLException failure) {
                    return null;
                }

                @Override
                public void unwrapped() {}

                @Override
                public void closed() {
                    try {
                        closedThen.add(driver.isClosed());
                    } catch (SQLException e) {
                        throw new IllegalStateException(e);
                    }
                }
            });
            routed.close();
            routed.close();
            assertThat(closedThen).containsExactly(true);
        }
    }
}
