package dev.headroom.queue.internal.spring;

import dev.headroom.queue.internal.DataSources;
import dev.headroom.queue.spring.SpringTransactions;
import java.util.List;
import javax.sql.DataSource;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/** What the thread is in, as Spring knows it. Loaded only where Spring is. */
public final class SpringThread {
    private SpringThread() {}

    /** Whether it is in a transaction on this data source, whichever wrapper of that the transaction manager has. */
    public static boolean isInTransactionOn(DataSource dataSource) {
        if (!TransactionSynchronizationManager.isActualTransactionActive()) {
            return false;
        }
        List<DataSource> chain = DataSources.chain(dataSource);
        return TransactionSynchronizationManager.getResourceMap().keySet().stream()
                .filter(DataSource.class::isInstance)
                .map(DataSource.class::cast)
                .filter(bound -> DataSources.chain(bound).stream().anyMatch(chain::contains))
                .anyMatch(bound -> SpringTransactions.of(bound).connection() != null);
    }
}
