package dev.headroom.queue.internal.cron;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headroom.config.ConfigurationException;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** In Berlin clocks go forward from 02:00 to 03:00 on 29 March 2026 and back from 03:00 to 02:00 on 25 October. */
class CronTicksTest {
    private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");

    private static List<String> ticks(String cron, String after, int count) {
        CronTicks ticks = CronTicks.of("cron", cron, BERLIN);
        List<String> found = new ArrayList<>();
        Instant at = Instant.parse(after);
        for (int i = 0; i < count; i++) {
            at = ticks.after(at).orElseThrow();
            found.add(at.atZone(BERLIN).toOffsetDateTime().toString());
        }
        return found;
    }

    @Test
    void aTimeThatIsLeftOutIsDueWhenTheChangeIsOver() {
        assertThat(ticks("30 2 * * *", "2026-03-27T12:00:00Z", 3))
                .containsExactly("2026-03-28T02:30+01:00", "2026-03-29T03:00+02:00", "2026-03-30T02:30+02:00");
        assertThat(ticks("15,45 2,3 * * *", "2026-03-29T00:30:00Z", 3))
                .containsExactly("2026-03-29T03:00+02:00", "2026-03-29T03:15+02:00", "2026-03-29T03:45+02:00");
        assertThat(ticks("0 2,3 * * *", "2026-03-29T00:30:00Z", 2))
                .containsExactly("2026-03-29T03:00+02:00", "2026-03-30T02:00+02:00");
    }

    @Test
    void aTimeThatComesTwiceIsDueTheFirstTimeAlone() {
        assertThat(ticks("30 2 * * *", "2026-10-24T12:00:00Z", 2))
                .containsExactly("2026-10-25T02:30+02:00", "2026-10-26T02:30+01:00");
        assertThat(ticks("0 2,3 * * *", "2026-10-24T12:00:00Z", 3))
                .containsExactly("2026-10-25T02:00+02:00", "2026-10-25T03:00+01:00", "2026-10-26T02:00+01:00");
        assertThat(ticks("30 2 * * *", "2026-10-25T01:10:00Z", 1))
                .as("asked in the second pass")
                .containsExactly("2026-10-26T02:30+01:00");
    }

    @Test
    void everyHourAndEverySoManyMinutesFollowRealTime() {
        assertThat(ticks("*/30 * * * *", "2026-03-29T00:00:00Z", 3))
                .containsExactly("2026-03-29T01:30+01:00", "2026-03-29T03:00+02:00", "2026-03-29T03:30+02:00");
        assertThat(ticks("0 * * * *", "2026-10-24T23:30:00Z", 3))
                .containsExactly("2026-10-25T02:00+02:00", "2026-10-25T02:00+01:00", "2026-10-25T03:00+01:00");
    }

    @Test
    void leapDaysAreWaitedForAndWhatNeverComesIsRefused() {
        assertThat(ticks("0 0 29 2 *", "2026-01-01T00:00:00Z", 1)).containsExactly("2028-02-29T00:00+01:00");
        assertThatThrownBy(() -> CronTicks.of("A.b cron", "0 0 31 2 *", BERLIN))
                .isInstanceOf(ConfigurationException.class)
                .hasMessage("A.b cron: 0 0 31 2 * (expected: a time that comes)");
        assertThatThrownBy(() -> CronTicks.of("A.b cron", "61 * * * *", BERLIN))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageStartingWith("A.b cron: 61 * * * * (expected: minute hour day month weekday; ");
    }
}
