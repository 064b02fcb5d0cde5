package dev.headroom.queue.internal;

import dev.headroom.queue.internal.spring.SpringThread;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells, once, that jobs are enqueued in transactions of Spring's of which the queue was not told: the commonest mistake with it, which no test
 * notices that rolls nothing back. Costs what a look at a variable of the thread does. Thread-safe.
 */
final class UnknownTransactions {
    private static final Logger log = LoggerFactory.getLogger(UnknownTransactions.class);
    private static final boolean SPRING =
            isPresent("org.springframework.transaction.support.TransactionSynchronizationManager")
                    && isPresent("org.springframework.jdbc.datasource.ConnectionHolder");

    private final QueueOptions options;
    private final AtomicBoolean silent = new AtomicBoolean(!SPRING);

    UnknownTransactions(QueueOptions options) {
        this.options = options;
    }

    /** The thread is to enqueue, and in no transaction that the queue was told of. */
    void check() {
        if (!silent.get() && isSprings() && silent.compareAndSet(false, true)) {
            log.warn(
                    "{}: a job that is enqueued in a transaction of Spring's does not belong to it, and stays when that is rolled back"
                            + " (expected: currentTransaction(SpringTransactions.of(dataSource)) in the queue's builder, with the"
                            + " data source of the transaction manager; not told again)",
                    options.name(),
                    new IllegalStateException("where it was enqueued"));
        }
    }

    private boolean isSprings() {
        try {
            return SpringThread.isInTransactionOn(options.dataSource());
        } catch (RuntimeException unknown) {
            // The transaction's connection is broken, or closed: the enqueue needs it not.
            return false;
        }
    }

    private static boolean isPresent(String type) {
        try {
            Class.forName(type, false, UnknownTransactions.class.getClassLoader());
            return true;
        } catch (ClassNotFoundException | LinkageError absent) {
            return false;
        }
    }
}
