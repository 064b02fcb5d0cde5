package dev.headroom.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headroom.transaction.Transactions;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.jdbc.datasource.DataSourceUtils;
import org.springframework.jdbc.datasource.TransactionAwareDataSourceProxy;
import org.springframework.transaction.TransactionSystemException;
import org.springframework.transaction.support.DefaultTransactionStatus;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionTemplate;

class SpringTransactionHookTest {
    private final DataSource dataSource = dataSource();
    private final TransactionTemplate template = new TransactionTemplate(new DataSourceTransactionManager(dataSource));
    private final Transactions transactions = Transactions.of(List.of(new SpringTransactionHook()));
    private final List<String> ran = new ArrayList<>();

    private static DataSource dataSource() {
        JdbcDataSource h2 = new JdbcDataSource();
        h2.setURL("jdbc:h2:mem:springhook");
        return h2;
    }

    @Test
    void runsInOrderAfterTheCommitEvenWhatIsKeptThen() {
        template.executeWithoutResult(status -> {
            transactions.afterCommit(null, () -> {
                ran.add("first");
                transactions.afterCommit(null, () -> ran.add("late"));
                throw new IllegalStateException("an action fails");
            });
            transactions.afterCommit(DataSourceUtils.getConnection(dataSource), () -> ran.add("second"));
            assertThat(ran).isEmpty();
        });
        assertThat(ran).containsExactly("first", "second", "late");
    }

    @Test
    void anErrorKeepsNoOtherFromRunningAndDoesNotFailTheWork() {
        template.executeWithoutResult(status -> {
            transactions.afterCommit(null, () -> {
                throw new AssertionError("an action is broken");
            });
            transactions.afterCommit(null, () -> ran.add("after"));
            TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {
                @Override
                public void afterCommit() {
                    ran.add("Spring's own");
                }
            });
        });
        assertThat(ran).containsExactly("after", "Spring's own");
    }

    @Test
    void dropsActionsOnRollback() {
        template.executeWithoutResult(status -> {
            transactions.afterCommit(null, () -> ran.add("never"));
            status.setRollbackOnly();
        });
        assertThat(ran).isEmpty();
    }

    @Test
    void runsWhatDoesNoHarmWhenNobodyKnowsWhetherItCommitted() {
        DataSourceTransactionManager losesTheAnswer = new DataSourceTransactionManager(dataSource) {
            private static final long serialVersionUID = 1L;

            @Override
            protected void doCommit(DefaultTransactionStatus status) {
                super.doCommit(status);
                throw new TransactionSystemException("the connection is gone");
            }
        };
        assertThatThrownBy(() -> new TransactionTemplate(losesTheAnswer).executeWithoutResult(status -> {
                    transactions.afterCommit(null, () -> ran.add("committed"));
                    transactions.afterPossibleCommit(null, () -> ran.add("evicted"));
                }))
                .isInstanceOf(TransactionSystemException.class);
        template.executeWithoutResult(status -> {
            transactions.afterPossibleCommit(null, () -> ran.add("never"));
            status.setRollbackOnly();
        });
        assertThat(ran).containsExactly("evicted");
    }

    @Test
    void knowsOnlyTheTransactionsOwnConnections() throws SQLException {
        try (Connection stranger = dataSource.getConnection()) {
            template.executeWithoutResult(status -> {
                transactions.afterCommit(stranger, () -> ran.add("at once"));
                assertThat(ran).containsExactly("at once");
                try (Connection proxied = new TransactionAwareDataSourceProxy(dataSource).getConnection()) {
                    proxied.getMetaData();
                    transactions.afterCommit(proxied, () -> ran.add("kept"));
                } catch (SQLException e) {
                    throw new AssertionError(e);
                }
                assertThat(ran).containsExactly("at once");
            });
        }
        transactions.afterCommit(null, () -> ran.add("without"));
        assertThat(ran).containsExactly("at once", "kept", "without");
    }
}
