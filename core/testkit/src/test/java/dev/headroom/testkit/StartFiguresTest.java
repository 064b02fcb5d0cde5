package dev.headroom.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.function.Supplier;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** How long a test waits for real servers. */
@Tag("soak")
class StartFiguresTest {
    private static final int TIMES = 10;

    @Test
    void figuresOfAPostgresPrimaryWithTwoStandbys() {
        figures(
                "PostgreSQL, a primary and two standbys",
                () -> PostgresCluster.builder().standbys(2).start());
    }

    @Test
    void figuresOfAMariaDbPrimaryWithTwoReplicas() {
        figures(
                "MariaDB, a primary and two replicas",
                () -> MariaDbCluster.builder().standbys(2).start());
    }

    /** From the call to the moment at which every standby shows what the primary has. */
    private static void figures(String what, Supplier<? extends DatabaseCluster> start) {
        double[] seconds = new double[TIMES];
        for (int i = 0; i < TIMES; i++) {
            long begun = System.nanoTime();
            DatabaseCluster cluster = start.get();
            try {
                cluster.waitUntilCaughtUp();
                seconds[i] = (System.nanoTime() - begun) / 1e9;
                assertThat(cluster.standbys()).hasSize(2);
            } finally {
                cluster.close();
            }
        }
        double first = seconds[0];
        Arrays.sort(seconds);
        System.out.printf(
                "soak: %s, started %d times: the first %.1f s, median %.1f s, longest %.1f s%n",
                what, TIMES, first, seconds[TIMES / 2], seconds[TIMES - 1]);
    }
}
