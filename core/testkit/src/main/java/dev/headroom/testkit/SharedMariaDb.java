package dev.headroom.testkit;

import dev.headroom.testkit.internal.ServiceAddresses;
import dev.headroom.testkit.internal.mariadb.SharedMariaDbCluster;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The one MariaDB cluster that the tests of a JVM share: started by the first that asks, closed when the JVM ends.
 *
 * <p>Works as {@link SharedPostgres} does: each test takes a database of its own, undoes what it does to a replica, and
 * starts a {@link MariaDbCluster} of its own to kill nodes. A plain server is taken from the environment variable
 * {@code HEADROOM_TEST_MARIADB} (a JDBC URL with user and password) when it is set, and from the machine otherwise.
 *
 * <pre>{@code
 * @AutoClose
 * final TestDatabase database = SharedMariaDb.createDatabase();
 * }</pre>
 */
public final class SharedMariaDb {

    /** The environment variable that names a server to use in place of one of the test kit's. */
    public static final String ENVIRONMENT_VARIABLE = "HEADROOM_TEST_MARIADB";

    private static final ReentrantLock LOCK = new ReentrantLock();
    private static @Nullable MariaDbCluster local;

    private SharedMariaDb() {}

    /** The shared server, without a promise of replicas. */
    public static MariaDbCluster cluster() {
        return ServiceAddresses.ofThisProcess()
                .find(ENVIRONMENT_VARIABLE)
                .map(MariaDbCluster::external)
                .orElseGet(SharedMariaDb::local);
    }

    /**
     * The shared cluster with at least so many replicas; they are added when there are fewer.
     *
     * @param count how many
     */
    public static MariaDbCluster withStandbys(int count) {
        LOCK.lock();
        try {
            MariaDbCluster cluster = local();
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

    private static MariaDbCluster local() {
        LOCK.lock();
        try {
            MariaDbCluster cluster = local;
            if (cluster == null) {
                cluster = new SharedMariaDbCluster(MariaDbCluster.builder().start());
                local = cluster;
            }
            return cluster;
        } finally {
            LOCK.unlock();
        }
    }
}
