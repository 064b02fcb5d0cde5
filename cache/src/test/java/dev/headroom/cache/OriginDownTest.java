package dev.headroom.cache;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The source is down: what is stale is served, and the source is tried by one of all JVMs, now and then. */
@Tag("one-jdk")
class OriginDownTest {
    private static final int JVMS = 3;

    @TempDir
    private Path folder;

    @Test
    void nobodySeesAnErrorAndTheSourceIsTriedOnceAWindow() {
        run(3, 200);
    }

    @Test
    @Tag("soak")
    void nobodySeesAnErrorForAMinute() {
        System.out.println("soak: cache: " + run(60, 1000));
    }

    private String run(int seconds, int perSecond) {
        try (Fleet fleet = new Fleet(folder, new int[JVMS])) {
            Map<String, Long> counts = fleet.run("origin-down " + seconds + " " + perSecond);
            long[] asked = OriginDownDrill.asked(fleet.numbers);
            assertThat(counts).containsEntry("wrong", 0L).doesNotContainKey("errors");
            assertThat(counts.get("calls")).isGreaterThanOrEqualTo((long) seconds * perSecond);
            Duration took = OriginDownDrill.took(fleet.numbers, JVMS);
            long windows = took.dividedBy(OriginDownDrill.WINDOW) + 1;
            assertThat(asked.length).isBetween(1, (int) windows);
            long[] pauses = pauses(asked);
            return "source down " + seconds + " s, " + JVMS + " JVMs on one memcached, " + counts.get("calls")
                    + " calls in " + took.toMillis()
                    + " ms: errors 0, anything but the stale value 0, calls of the source "
                    + asked.length + " in " + windows + " throttle windows of "
                    + OriginDownDrill.WINDOW.toMillis() + " ms, "
                    + Arrays.stream(pauses)
                            .filter(pause -> pause < OriginDownDrill.WINDOW.toMillis())
                            .count()
                    + " of them sooner than a window after the one before (shortest pause "
                    + Arrays.stream(pauses).min().orElse(-1) + " ms, longest "
                    + Arrays.stream(pauses).max().orElse(-1) + " ms)";
        }
    }

    private static long[] pauses(long[] sorted) {
        return IntStream.range(1, sorted.length)
                .mapToLong(i -> (sorted[i] - sorted[i - 1]) / 1_000_000)
                .toArray();
    }
}
