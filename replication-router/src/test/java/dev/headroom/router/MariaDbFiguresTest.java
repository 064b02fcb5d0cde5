package dev.headroom.router;

import dev.headroom.testkit.MariaDbCluster;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What faults cost on a primary and a replica of MariaDB, in figures, with the limits at their defaults. */
@Tag("soak")
class MariaDbFiguresTest {
    private static final int PERMITS = 8;

    private MariaDbCluster cluster;
    private Outages outages;

    @BeforeEach
    void start() {
        cluster = MariaDbCluster.builder().standbys(1).start();
        Rig rig =
                new Rig(cluster, 1, options -> options.primaryFallback(PERMITS).positionFallback(2));
        outages = new Outages("MariaDB", rig, PERMITS);
    }

    @AfterEach
    void close() {
        outages.rig().close();
        cluster.close();
    }

    @Test
    void figuresOfNoReplicaAtAll() throws Exception {
        outages.noReplicaAtAll(
                cluster.standbys(),
                "select sleep(0.02)",
                "select count(*) from information_schema.processlist where info = 'select sleep(0.02)'");
    }

    @Test
    void figuresOfTheLagOfAnIdlePrimary() {
        outages.idle(Duration.ofSeconds(10));
    }
}
