package dev.headroom.testkit;

import dev.headroom.testkit.internal.ServiceAddresses;
import dev.headroom.testkit.internal.postgres.SharedCluster;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The one PostgreSQL cluster that the tests of a JVM share: started by the first that asks, closed when the JVM ends.
 *
 * <p>Each test takes a database of its own from {@link #createDatabase} or {@link #withStandbys}, so that tests do not see
 * each other's tables. A test may pause, delay or cut a shared standby if it undoes that; one that kills or promotes
 * starts a {@link PostgresCluster} of its own. Calling {@code close()} on a shared cluster does nothing.
 *
 * <p>A plain server without standbys is taken from the environment variable {@code HEADROOM_TEST_POSTGRES} (a JDBC URL
 * with user and password) when it is set, and from the embedded binaries otherwise. Standbys are always embedded.
 *
 * <pre>{@code
 * @AutoClose
 * final TestDatabase database = SharedPostgres.createDatabase();
 * }</pre>
 */
public final class SharedPostgres {

    /** The environment variable that names a server to use in place of the embedded one. */
    public static final String ENVIRONMENT_VARIABLE = "HEADROOM_TEST_POSTGRES";

    private static final ReentrantLock LOCK = new ReentrantLock();
    private static @Nullable PostgresCluster embedded;

    private SharedPostgres() {}

    /** The shared server, without a promise of standbys. */
    public static PostgresCluster cluster() {
        return ServiceAddresses.ofThisProcess()
                .find(ENVIRONMENT_VARIABLE)
                .map(PostgresCluster::external)
                .orElseGet(SharedPostgres::embedded);
    }

    /**
     * The shared cluster with at least so many standbys; they are added when there are fewer.
     *
     * @param count how many
     */
    public static PostgresCluster withStandbys(int count) {
        LOCK.lock();
        try {
            PostgresCluster cluster = embedded();
            while (cluster.standbys().size() < count) {
                cluster.addStandby();
            }
            return cluster;
        } finally {
            LOCK.unlock();
        }
    }

    /** Creates an empty database on the shared server, to be closed by the test. */
    public static TestDatabase createDatabase() {
        return cluster().createDatabase();
    }

    private static PostgresCluster embedded() {
        LOCK.lock();
        try {
            PostgresCluster cluster = embedded;
            if (cluster == null) {
                cluster = new SharedCluster(PostgresCluster.builder().start());
                embedded = cluster;
            }
            return cluster;
        } finally {
            LOCK.unlock();
        }
    }
}
