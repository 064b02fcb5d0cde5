package dev.headroom.queue.internal;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.zaxxer.hikari.HikariDataSource;
import dev.headroom.queue.Job;
import dev.headroom.queue.JobQueue;
import dev.headroom.queue.SchemaInstaller;
import dev.headroom.queue.Tx;
import java.lang.reflect.Proxy;
import java.util.List;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.datasource.LazyConnectionDataSourceProxy;

class PoolSizeTest {
    @Test
    void seesAPoolBehindWrappers() {
        try (HikariDataSource pool = new HikariDataSource()) {
            pool.setMaximumPoolSize(7);
            DataSource unwrapped = (DataSource) Proxy.newProxyInstance(
                    getClass().getClassLoader(),
                    new Class<?>[] {DataSource.class},
                    (proxy, method, arguments) -> method.getName().equals("unwrap") ? pool : null);
            assertThat(PoolSize.of(pool)).hasValue(7);
            assertThat(PoolSize.of(unwrapped)).hasValue(7);
            assertThat(PoolSize.of(new LazyConnectionDataSourceProxy(unwrapped)))
                    .hasValue(7);
        }
        assertThat(PoolSize.of(new JdbcDataSource())).isEmpty();
    }

    /** Holds a connection. */
    public static final class Holding {
        /** Does nothing. */
        @Job(name = "pool.holding", tx = Tx.COMPLETE_IN_TX)
        public void hold() {}
    }

    @Test
    void warnsOfOneThatIsTooSmallForWhatTheQueueItselfNeedsBesideItsJobs() {
        try (HikariDataSource pool = new HikariDataSource()) {
            pool.setJdbcUrl("jdbc:h2:mem:poolsize");
            pool.setMaximumPoolSize(8);
            SchemaInstaller.install(pool);
            assertThat(warnings(pool, 4)).isEmpty();
            assertThat(warnings(pool, 5)).singleElement().asString().contains("8 connections at most (expected: >= 9");
        }
    }

    private static List<String> warnings(DataSource pool, int workers) {
        Logger logger = (Logger) LoggerFactory.getLogger(PoolSize.class);
        ListAppender<ILoggingEvent> appender = new ListAppender<>();
        appender.start();
        logger.addAppender(appender);
        logger.setAdditive(false);
        logger.setLevel(Level.WARN);
        try (JobQueue queue =
                JobQueue.builder(pool).handlers(new Holding()).workers(workers).build()) {
            queue.start();
        } finally {
            logger.setLevel(null);
            logger.setAdditive(true);
            logger.detachAppender(appender);
        }
        return appender.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
    }
}
