package dev.headroom.queue.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headroom.config.ConfigurationException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.List;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.datasource.DelegatingDataSource;
import org.springframework.jdbc.datasource.LazyConnectionDataSourceProxy;
import org.springframework.jdbc.datasource.TransactionAwareDataSourceProxy;
import org.springframework.jdbc.datasource.lookup.AbstractRoutingDataSource;

class OwnConnectionsTest {
    private final DataSource pool = new JdbcDataSource();
    private final DataSource lending = new TransactionAwareDataSourceProxy(pool);

    /** Of an application. */
    static class Ours extends TransactionAwareDataSourceProxy {
        Ours(DataSource target) {
            super(target);
        }
    }

    /** Says nothing of what is behind it before it has decided on that. */
    static class Undecided extends AbstractRoutingDataSource {
        @Override
        protected Object determineCurrentLookupKey() {
            throw new IllegalStateException("by whom?");
        }
    }

    /** Hands on what it is asked for. */
    private static DataSource wrapping(DataSource target) {
        return (DataSource) Proxy.newProxyInstance(
                OwnConnectionsTest.class.getClassLoader(),
                new Class<?>[] {DataSource.class},
                (proxy, method, arguments) -> {
                    try {
                        return method.invoke(target, arguments);
                    } catch (InvocationTargetException thrown) {
                        throw thrown.getCause();
                    }
                });
    }

    @Test
    void refusesWhatLendsTheThreadsTransactionHoweverItIsWrapped() {
        List<DataSource> refused = List.of(
                lending,
                new Ours(pool),
                new TransactionAwareDataSourceProxy(),
                new TransactionAwareDataSourceProxy(new LazyConnectionDataSourceProxy(pool)),
                new LazyConnectionDataSourceProxy(lending),
                new DelegatingDataSource(
                        new LazyConnectionDataSourceProxy(wrapping(new DelegatingDataSource(lending)))),
                wrapping(lending),
                wrapping(new LazyConnectionDataSourceProxy(lending)));
        for (DataSource each : refused) {
            assertThatThrownBy(() -> OwnConnections.of("dataSource", each))
                    .isInstanceOf(ConfigurationException.class)
                    .hasMessageStartingWith("dataSource: " + each.getClass().getName())
                    .hasMessageContaining("org.springframework.jdbc.datasource.TransactionAwareDataSourceProxy")
                    .hasMessageContaining("(expected: the pool that it wraps");
        }
        assertThatThrownBy(() -> OwnConnections.of("bookkeeping", null)).hasMessageStartingWith("bookkeeping: null");
    }

    @Test
    void takesWhatGivesEachItsOwn() {
        List<DataSource> taken = List.of(
                pool,
                new LazyConnectionDataSourceProxy(pool),
                new DelegatingDataSource(pool),
                wrapping(pool),
                new Undecided());
        assertThat(taken)
                .allSatisfy(each ->
                        assertThat(OwnConnections.of("dataSource", each)).isSameAs(each));
    }
}
