package dev.headroom.router;

import dev.headroom.testkit.PostgresCluster;
import dev.headroom.testkit.PostgresNode;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;

@Tag("one-jdk")
class ChaosTest extends ChaosContract<PostgresNode> {
    ChaosTest() {
        super("PostgreSQL", () -> PostgresCluster.builder().standbys(2).start());
    }

    @Override
    Duration delay(Random random) {
        return Duration.ofMillis(50 + random.nextInt(200));
    }

    @Override
    void promote(List<PostgresNode> replicas) {
        replicas.get(0).promote();
        replicas.get(1).follow(replicas.get(0));
    }
}
