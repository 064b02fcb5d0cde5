package dev.headroom.router;

import dev.headroom.testkit.PostgresCluster;
import org.junit.jupiter.api.Tag;

@Tag("one-jdk")
class BadNetworkTest extends BadNetworkContract {
    BadNetworkTest() {
        super("PostgreSQL", PostgresCluster.builder().standbys(3).start(), "", "select pg_sleep(60)");
    }
}
