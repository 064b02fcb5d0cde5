package dev.headroom.queue.internal;

import dev.headroom.config.Checks;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** Refuses data sources that lend the connection of the transaction which the thread is in: the queue would commit that with what is its own. */
public final class OwnConnections {
    private static final String LENDER = "org.springframework.jdbc.datasource.TransactionAwareDataSourceProxy";
    private static final @Nullable Class<?> LENDER_TYPE = lenderType();

    private OwnConnections() {}

    /** The data source, if each connection that it gives is whoever's asked for it; wrappers of others are looked through. */
    public static DataSource of(String option, @Nullable DataSource dataSource) {
        DataSource given = Checks.present(option, dataSource);
        for (DataSource each : DataSources.chain(given)) {
            String name = given.getClass().getName();
            Checks.that(
                    !lends(each),
                    option,
                    name.equals(LENDER) ? name : name + ", which is or wraps a " + LENDER,
                    "the pool that it wraps, and currentTransaction(SpringTransactions.of(pool)) for jobs to belong to"
                            + " Spring's transactions; by this one the queue would commit them");
        }
        return given;
    }

    private static boolean lends(DataSource dataSource) {
        for (Class<?> type = dataSource.getClass(); type != null; type = type.getSuperclass()) {
            if (type.getName().equals(LENDER)) {
                return true;
            }
        }
        try {
            return LENDER_TYPE != null && dataSource.isWrapperFor(LENDER_TYPE);
        } catch (Exception tellsNothing) {
            return false;
        }
    }

    private static @Nullable Class<?> lenderType() {
        try {
            return Class.forName(LENDER, false, OwnConnections.class.getClassLoader());
        } catch (ClassNotFoundException | LinkageError noSpring) {
            return null;
        }
    }
}
