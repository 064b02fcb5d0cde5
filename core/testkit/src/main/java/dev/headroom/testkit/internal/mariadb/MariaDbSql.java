package dev.headroom.testkit.internal.mariadb;

import dev.headroom.testkit.ServiceException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;
import javax.sql.DataSource;
import org.mariadb.jdbc.MariaDbDataSource;

/** Runs the statements by which the test kit controls a server, each on a connection of its own with time limits. */
final class MariaDbSql {

    private static final String LIMITS = "&connectTimeout=10000&socketTimeout=120000";
    private static final String SNIPPET = """
            <dependency>
                <groupId>org.mariadb.jdbc</groupId>
                <artifactId>mariadb-java-client</artifactId>
                <version>3.5.11</version>
                <scope>test</scope>
            </dependency>""";

    private MariaDbSql() {}

    /** Fails with the dependency to add when the driver, which is optional, is missing. */
    static void requireDriver(ClassLoader loader) {
        try {
            Class.forName("org.mariadb.jdbc.Driver", false, loader);
        } catch (ClassNotFoundException e) {
            throw new ServiceException("MariaDB's driver is not on the class path; add\n" + SNIPPET, e);
        }
    }

    static void execute(String jdbcUrl, String... statements) {
        try (Connection connection = DriverManager.getConnection(jdbcUrl + LIMITS);
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        } catch (SQLException e) {
            throw new ServiceException(withoutPasswords(String.join("; ", statements)) + ": " + e.getMessage(), e);
        }
    }

    /** Runs a query and returns a column of its first row as text, empty if it is null or there is no row. */
    static Optional<String> value(String jdbcUrl, String query, String column) {
        try (Connection connection = DriverManager.getConnection(jdbcUrl + LIMITS);
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(query)) {
            return row.next() ? Optional.ofNullable(row.getString(column)) : Optional.empty();
        } catch (SQLException e) {
            throw new ServiceException(query + ": " + e.getMessage(), e);
        }
    }

    /** Whether the server takes a connection. */
    static boolean answers(String jdbcUrl) {
        try (Connection connection = DriverManager.getConnection(jdbcUrl + "&connectTimeout=1000&socketTimeout=2000")) {
            return connection.isValid(1);
        } catch (SQLException e) {
            return false;
        }
    }

    static DataSource dataSource(String jdbcUrl) {
        try {
            return new MariaDbDataSource(jdbcUrl);
        } catch (SQLException e) {
            throw new ServiceException("no data source for this URL: " + e.getMessage(), e);
        }
    }

    private static String withoutPasswords(String sql) {
        return sql.replaceAll("(?i)(password\\s*=\\s*)'[^']*'", "$1'…'");
    }
}
