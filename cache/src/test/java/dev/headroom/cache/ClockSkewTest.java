package dev.headroom.cache;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Half of the JVMs have clocks that are a quarter of an hour early or late: no expiry and no drop goes by another one's clock. */
@Tag("one-jdk")
class ClockSkewTest {
    @TempDir
    private Path folder;

    @Test
    void nothingExpiresTooEarlyOrTooLateAndNoTagIsMissed() {
        run(20, 1, 8);
    }

    @Test
    @Tag("soak")
    void nothingExpiresTooEarlyOrTooLateAndNoTagIsMissedForLong() {
        System.out.println("soak: cache: " + run(3_000, 30, 40));
    }

    private String run(int drops, int rounds, int keys) {
        try (Fleet fleet = new Fleet(folder, -15, 0, 15, 0)) {
            Map<String, Long> tags = fleet.run("tags " + drops);
            Map<String, Long> expiries = fleet.run("expiries " + rounds + " " + keys);
            assertThat(tags)
                    .containsEntry("missed", 0L)
                    .containsEntry("early", 0L)
                    .containsEntry("wrong-age", 0L)
                    .containsEntry("tag", 4L * 4 * drops)
                    .containsEntry("unexpired", 4L * 4 * drops);
            assertThat(expiries)
                    .containsEntry("early", 0L)
                    .containsEntry("late", 0L)
                    .containsEntry("expired", 4L * rounds * keys);
            return "4 JVMs on one memcached, the clock of one 15 min early, of one 15 min late: " + drops
                    + " drops by tag, " + tags.get("tag") + " looks at what was dropped, 0 missed; "
                    + (tags.get("unexpired") + expiries.get("unexpired"))
                    + " looks at what is fresh, 0 expired too early; " + expiries.get("expired")
                    + " expiries, 0 too late; " + expiries.getOrDefault("too-slow", 0L)
                    + " looks too slow to be judged; " + tags.get("age") + " ages, 0 wrong";
        }
    }
}
