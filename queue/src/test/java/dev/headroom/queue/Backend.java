package dev.headroom.queue;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.headroom.testkit.SharedMariaDb;
import dev.headroom.testkit.SharedPostgres;
import dev.headroom.testkit.TestDatabase;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** The databases that the queue promises to run on. */
enum Backend {
    H2 {
        @Override
        Database open() {
            String url = "jdbc:h2:mem:queue" + NUMBER.incrementAndGet() + ";DB_CLOSE_DELAY=-1";
            return new Database(pool(url), () -> {});
        }
    },
    POSTGRESQL {
        @Override
        Database open() {
            TestDatabase database = SharedPostgres.createDatabase();
            return new Database(pool(database.jdbcUrl()), database);
        }
    },
    MARIADB {
        @Override
        Database open() {
            TestDatabase database = SharedMariaDb.createDatabase();
            return new Database(pool(database.jdbcUrl()), database);
        }
    };

    /** Names the databases to test on, separated by commas: {@code h2,postgresql}; all if it is not set. */
    static final String TESTED = "headroom.test.databases";

    private static final AtomicInteger NUMBER = new AtomicInteger();

    private @Nullable Database shared;

    /** Those to test on. */
    static List<Backend> tested() {
        String named = System.getProperty(TESTED, "");
        return named.isBlank()
                ? List.of(values())
                : Arrays.stream(named.split(","))
                        .map(name -> valueOf(name.strip().toUpperCase(Locale.ROOT)))
                        .toList();
    }

    /** An empty database of its own. */
    abstract Database open();

    /** The database that tests of this JVM share one after another; it has the queue's tables, which are empty. */
    synchronized Database shared() throws SQLException {
        Database database = shared;
        if (database == null) {
            database = open();
            SchemaInstaller.install(database.dataSource());
            shared = database;
        }
        return database;
    }

    /** The next test gets a database of its own. */
    synchronized void discard() throws Exception {
        Database database = shared;
        shared = null;
        if (database != null) {
            database.close();
        }
    }

    static HikariDataSource pool(String url) {
        return pool(url, 12);
    }

    /** The same of a new database, with the queue's tables and one for effects in it. */
    static HikariDataSource poolWithEffects(String url) throws SQLException {
        HikariDataSource pool = pool(url);
        SchemaInstaller.install(pool);
        try (Connection connection = pool.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("create table effect (id bigint, note varchar(100))");
        }
        return pool;
    }

    static HikariDataSource pool(String url, int connections) {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(url);
        config.setMaximumPoolSize(connections);
        config.setMinimumIdle(1);
        config.setConnectionTimeout(5_000);
        return new HikariDataSource(config);
    }

    /** A pool and what it leads to. */
    record Database(HikariDataSource dataSource, AutoCloseable server) implements AutoCloseable {
        /** Deletes what is in the queue's tables, and all other tables. */
        void empty() throws SQLException {
            try (Connection connection = dataSource.getConnection();
                    Statement statement = connection.createStatement()) {
                List<String> found = tables(connection);
                // One commit for all of them, as each waits for the disk.
                connection.setAutoCommit(false);
                for (String table : found) {
                    String name = table.toLowerCase(Locale.ROOT);
                    if (name.startsWith("headroom_") && !name.equals("headroom_job_schema")) {
                        statement.execute("delete from " + name);
                    }
                }
                for (String table : found) {
                    String name = table.toLowerCase(Locale.ROOT);
                    if (!name.startsWith("headroom_")) {
                        statement.execute("drop table " + name);
                    }
                }
                connection.commit();
            }
        }

        private static List<String> tables(Connection connection) throws SQLException {
            List<String> found = new ArrayList<>();
            String[] kinds = {"TABLE", "BASE TABLE"};
            try (ResultSet tables =
                    connection.getMetaData().getTables(connection.getCatalog(), connection.getSchema(), "%", kinds)) {
                while (tables.next()) {
                    found.add(tables.getString(3));
                }
            }
            return found;
        }

        @Override
        public void close() throws Exception {
            dataSource.close();
            server.close();
        }
    }
}
