package dev.headroom.router;

import dev.headroom.testkit.MariaDbCluster;
import dev.headroom.testkit.MariaDbNode;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;

@Tag("one-jdk")
class MariaDbChaosTest extends ChaosContract<MariaDbNode> {
    MariaDbChaosTest() {
        super("MariaDB", () -> MariaDbCluster.builder().standbys(1).start());
    }

    @Override
    Duration delay(Random random) {
        return Duration.ofSeconds(1); // the least that it can
    }

    @Override
    void promote(List<MariaDbNode> replicas) {
        replicas.get(0).promote();
    }
}
