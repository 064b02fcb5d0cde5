package dev.headroom.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

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

    private final Yearly yearly = new Yearly();

    private void declare() {
        started(builder().handlers(yearly));
        started(builder().handlers(yearly));
        await().until(() -> count("headroom_job_schedule") == 3);
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
        execute("update headroom_job_schedule set seen_at = seen_at - interval '2' day");
        execute("insert into headroom_job_schedule (kind, spec) values ('elsewhere', 'cron 0 0 1 1 * UTC')");
        started(builder().handlers(yearly).lease(Duration.ofSeconds(1)));
        await().atMost(Duration.ofSeconds(30)).until(() -> count("headroom_job_schedule where kind = 'removed'") == 0);
        await().until(() -> count("headroom_job_schedule") == 4);
    }

    @Test
    void theDeadMansTimerTellsOfAJobThatHasNotEndedWell() throws Exception {
        JobQueue queue = started(builder().handlers(yearly));
        await().until(() -> count("headroom_job_schedule") == 3);
        CapturedContributions given = new CapturedContributions();
        queue.contribute(given);
        HealthCheck check = given.checks.stream()
                .filter(each -> each.name().equals("queue-schedules"))
                .findFirst()
                .orElseThrow();
        check.probe().check();
        execute("update headroom_job_schedule set done_at = done_at - interval '2' hour");
        assertThatThrownBy(() -> check.probe().check())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageMatching("schedules: none has ended well of once for 72\\d\\d s");
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
