package dev.headroom.queue.internal;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import java.lang.reflect.Proxy;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.Test;
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
}
