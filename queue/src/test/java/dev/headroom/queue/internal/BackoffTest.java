package dev.headroom.queue.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BackoffTest {
    private static final long SEED = 20_261_121;

    private final Backoff backoff = new Backoff(Duration.ofSeconds(1), Duration.ofHours(1));

    @Test
    void doublesItsBoundUpToTheLongestAndDrawsFromAllOfIt() {
        Random random = new Random(SEED);
        for (int retry = 1; retry <= 100; retry++) {
            long bound = Math.min(3_600_000, (long) (1_000 * Math.pow(2, retry - 1)));
            long most = 0;
            long least = Long.MAX_VALUE;
            for (int draw = 0; draw < 200; draw++) {
                long millis = backoff.millisBefore(retry, random);
                most = Math.max(most, millis);
                least = Math.min(least, millis);
            }
            assertThat(most).as("seed %d, retry %d", SEED, retry).isBetween(bound * 8 / 10, bound);
            assertThat(least).as("seed %d, retry %d", SEED, retry).isBetween(0L, bound * 2 / 10);
        }
    }
}
