package dev.headroom.queue;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.headroom.testkit.SharedMariaDb;
import dev.headroom.testkit.SharedPostgres;
import dev.headroom.testkit.TestDatabase;
import java.util.concurrent.atomic.AtomicInteger;

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

    private static final AtomicInteger NUMBER = new AtomicInteger();

    /** An empty database of its own. */
    abstract Database open();

    static HikariDataSource pool(String url) {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(url);
        config.setMaximumPoolSize(12);
        config.setMinimumIdle(1);
        config.setConnectionTimeout(5_000);
        return new HikariDataSource(config);
    }

    /** A pool and what it leads to. */
    record Database(HikariDataSource dataSource, AutoCloseable server) implements AutoCloseable {
        @Override
        public void close() throws Exception {
            dataSource.close();
            server.close();
        }
    }
}
