package dev.headroom.router.dialect;

import dev.headroom.testkit.PostgresCluster;
import dev.headroom.testkit.PostgresNode;
import org.junit.jupiter.api.Tag;

@Tag("one-jdk")
class PostgresDialectTest extends DialectContract {
    PostgresDialectTest() {
        super(pair(PostgresCluster.builder().standbys(1).start()), true, true);
    }

    private static Pair pair(PostgresCluster cluster) {
        return new ServerPair<>(cluster, cluster.standbys().get(0), PostgresNode::promote);
    }
}
