package dev.headroom.queue;

import dev.headroom.testkit.DatabaseCluster;
import dev.headroom.testkit.DatabaseNode;
import dev.headroom.testkit.MariaDbCluster;
import dev.headroom.testkit.MariaDbNode;
import dev.headroom.testkit.PostgresCluster;
import dev.headroom.testkit.PostgresNode;
import dev.headroom.testkit.SharedMariaDb;
import dev.headroom.testkit.SharedPostgres;
import dev.headroom.testkit.TestDatabase;
import java.nio.file.Path;

/** The database servers that several processes work on, and that tests kill. */
enum Server {
    POSTGRESQL {
        @Override
        TestDatabase createDatabase() {
            return SharedPostgres.createDatabase();
        }

        @Override
        DatabaseCluster alone(Path data) {
            return PostgresCluster.builder().dataDirectory(data).start();
        }

        @Override
        DatabaseCluster pair() {
            return PostgresCluster.builder().standbys(1).start();
        }

        @Override
        String url(DatabaseNode first, DatabaseNode second) {
            return first.jdbcUrl().replace(address(first), address(first) + "," + address(second))
                    + "&targetServerType=primary&connectTimeout=5&socketTimeout=20";
        }

        @Override
        void promote(DatabaseNode standby) {
            ((PostgresNode) standby).promote();
        }
    },
    MARIADB {
        @Override
        TestDatabase createDatabase() {
            return SharedMariaDb.createDatabase();
        }

        @Override
        DatabaseCluster alone(Path data) {
            return MariaDbCluster.builder().start();
        }

        @Override
        DatabaseCluster pair() {
            return MariaDbCluster.builder().standbys(1).start();
        }

        @Override
        String url(DatabaseNode first, DatabaseNode second) {
            return first.jdbcUrl()
                            .replace("jdbc:mariadb:", "jdbc:mariadb:sequential:")
                            .replace(address(first), address(first) + "," + address(second))
                    + "&connectTimeout=5000&socketTimeout=20000";
        }

        @Override
        void promote(DatabaseNode standby) {
            ((MariaDbNode) standby).promote();
        }
    };

    /** An empty database on the server that tests of this JVM share. */
    abstract TestDatabase createDatabase();

    /** A server of the test's own. */
    abstract DatabaseCluster alone(Path data);

    /** The same with a standby. */
    abstract DatabaseCluster pair();

    /** Leads to whichever of the two takes writes. */
    abstract String url(DatabaseNode first, DatabaseNode second);

    /** Makes it the one that takes writes. */
    abstract void promote(DatabaseNode standby);

    private static String address(DatabaseNode node) {
        return node.host() + ":" + node.port();
    }
}
