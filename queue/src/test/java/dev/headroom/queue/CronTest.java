package dev.headroom.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.headroom.Headroom;
import dev.headroom.config.ConfigurationException;
import dev.headroom.health.HealthCheck;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Jobs by the calendar; ticks are made due by hand, as none comes within a test. */
@OnEveryBackend
class CronTest extends JobQueueContract {
    /** Once a year, with each policy. */
    public static class Yearly {
        final AtomicInteger once = new AtomicInteger();
        final AtomicInteger skip = new AtomicInteger();
        final AtomicInteger all = new AtomicInteger();

        @Job(name = "once")
        @Every(cron = "0 0 1 1 *", silence = "1h")
        public void once() {
            once.incrementAndGet();
        }

        @Job(name = "skip")
        @Every(cron = "0 0 1 1 *", misfire = Misfire.SKIP)
        public void skip() {
            skip.incrementAndGet();
        }

        @Job(name = "all")
        @Every(cron = "0 0 1 1 *", misfire = Misfire.ALL)
        public void all() {
            all.incrementAndGet();
        }
    }

    /** In a place that has no clock. */
    public static class Nowhere {
        @Job(name = "nowhere")
        @Every(cron = "0 0 1 1 *", zone = "Europe/Atlantis")
        public void nowhere() {}
    }

    /** With a dead man's timer that is over at once, and one that is not. */
    public static class Watched {
        @Job(name = "soon")
        @Every(cron = "0 0 1 1 *", silence = "1s")
        public void soon() {}

        @Job(name = "late")
        @Every(cron = "0 0 1 1 *", silence = "1h")
        public void late() {}
    }

    /** Like {@link Yearly#once}, at another time. */
    public static class Moved {
        @Job(name = "once")
        @Every(cron = "0 0 1 7 *", silence = "1h")
        public void once() {}
    }

    private final Yearly yearly = new Yearly();

    private void declare() {
        started(builder().handlers(yearly));
        started(builder().handlers(yearly));
        await().until(() -> count("headroom_job_schedule") == 3);
    }

    private void declareAndClose() {
        JobQueue queue = started(builder().handlers(yearly));
        await().until(() -> count("headroom_job_schedule") == 3);
        queue.close();
    }

    @Test
    void makesUpForMissedTicksAsToldAndOnceInTheWholeCluster() throws Exception {
        declare();
        assertThat(count("headroom_job_schedule where next_at > current_timestamp"))
                .isEqualTo(3);
        assertThat(count("headroom_job")).isZero();
        execute("update headroom_job_schedule set next_at = next_at - interval '4' year");
        await().until(() -> yearly.once.get() > 0 && yearly.all.get() >= 4);
        await().until(() -> count("headroom_job_schedule where next_at > current_timestamp") == 3);
        awaitNoJobs();
        assertThat(yearly.once).hasValue(1);
        assertThat(yearly.all).hasValue(4);
        assertThat(yearly.skip).hasValue(0);
    }

    @Test
    void forgetsWhatNoNodeHasHadTheCodeOfForADay() throws Exception {
        execute("insert into headroom_job_schedule (kind, spec) values ('removed', 'cron 0 0 1 1 * UTC')");
        execute("insert into headroom_job_schedule (kind, spec) values ('watched', 'cron 0 0 1 1 * UTC')");
        // Whose dead man's timer is 26 hours, and whose last node has been away for 25.
        execute("update headroom_job_schedule set seen_at = seen_at + interval '1' hour where kind = 'watched'");
        execute("update headroom_job_schedule set seen_at = seen_at - interval '2' day where kind = 'removed'");
        execute("insert into headroom_job_schedule (kind, spec) values ('elsewhere', 'cron 0 0 1 1 * UTC')");
        started(builder().handlers(yearly).lease(Duration.ofSeconds(1)));
        await().atMost(Duration.ofSeconds(30)).until(() -> count("headroom_job_schedule where kind = 'removed'") == 0);
        await().until(() -> count("headroom_job_schedule") == 5);
    }

    @Test
    void aScheduleOutlivesItsTimerByADay() throws Exception {
        declareAndClose();
        execute("update headroom_job_schedule set seen_at = seen_at - interval '24' hour - interval '30' minute");
        JobQueue other = started(builder().lease(Duration.ofSeconds(1)));
        await().atMost(Duration.ofSeconds(30)).until(() -> count("headroom_job_schedule") == 1);
        assertThat(count("headroom_job_schedule where kind = 'once'")).isOne();
        execute("update headroom_job_schedule set seen_at = seen_at - interval '1' hour");
        await().atMost(Duration.ofSeconds(30)).until(() -> count("headroom_job_schedule") == 0);
        other.close();
    }

    @Test
    void anotherTimeResetsTheNextTickAlone() throws Exception {
        declareAndClose();
        execute("update headroom_job_schedule set done_at = done_at - interval '2' hour, spec = 'another'");
        JobQueue moved = started(builder().handlers(new Moved()));
        await().until(() -> count("headroom_job_schedule where spec = 'another'") == 2);
        assertThatThrownBy(() -> timers(moved).probe().check())
                .hasMessageMatching("once: silent for 72\\d\\d s \\(expected: at most 3600 s\\)");
    }

    @Test
    void oneThatNoNodeHasEverDeclaredIsSilentSinceTheProcessBegan() {
        JobQueue queue = built(builder().handlers(new Watched()));
        await().untilAsserted(
                        () -> assertThatThrownBy(() -> timers(queue).probe().check())
                                .isInstanceOf(IllegalStateException.class)
                                .hasMessageMatching("soon: silent for \\d+ s \\(expected: at most \\d+ s\\)"));
    }

    @Test
    void aMeterSaysForHowLong() throws Exception {
        declareAndClose();
        execute("update headroom_job_schedule set done_at = done_at - interval '2' hour");
        JobQueue queue = built(builder().handlers(yearly));
        KeptMeters meters = new KeptMeters();
        try (Headroom headroom =
                Headroom.builder("test").meters(meters).plug(queue).build()) {
            assertThat(headroom.name()).isEqualTo("test");
            await().untilAsserted(() ->
                    assertThat(meters.value(QueueMeters.SILENCE, "job", "once")).isBetween(7_200.0, 7_400.0));
        }
    }

    private static HealthCheck timers(JobQueue queue) {
        CapturedContributions given = new CapturedContributions();
        queue.contribute(given);
        return given.checks.stream()
                .filter(each -> each.name().equals("queue-schedules"))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void theDeadMansTimerTellsOfAJobThatHasNotEndedWell() throws Exception {
        JobQueue queue = started(builder().handlers(yearly));
        await().until(() -> count("headroom_job_schedule") == 3);
        HealthCheck check = timers(queue);
        check.probe().check();
        execute("update headroom_job_schedule set done_at = done_at - interval '2' hour");
        assertThatThrownBy(() -> check.probe().check())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageMatching("once: silent for 72\\d\\d s \\(expected: at most 3600 s\\)");
        execute("update headroom_job_schedule set next_at = next_at - interval '1' year where kind = 'once'");
        await().until(() -> yearly.once.get() == 1);
        awaitNoJobs();
        check.probe().check();
    }

    @Test
    void refusesAZoneThatThereIsNot() {
        assertThatThrownBy(() -> builder().handlers(new Nowhere()))
                .isInstanceOf(ConfigurationException.class)
                .hasMessage("Nowhere.nowhere zone: Europe/Atlantis (expected: a time zone such as Europe/Berlin)");
    }
}
