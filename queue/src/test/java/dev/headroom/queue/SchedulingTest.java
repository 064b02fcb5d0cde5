package dev.headroom.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.headroom.config.ConfigurationException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What runs again and again does so once per tick, however many nodes there are. */
@OnEveryBackend
class SchedulingTest extends JobQueueContract {
    /** Two periodic jobs. */
    public static class Sweeps {
        final AtomicInteger delayed = new AtomicInteger();
        final AtomicInteger rated = new AtomicInteger();
        final AtomicInteger together = new AtomicInteger();
        final AtomicInteger most = new AtomicInteger();

        @Job(name = "sweep.delayed", attempts = 1)
        @Every(fixedDelay = "100ms")
        public void delayed() {
            most.accumulateAndGet(together.incrementAndGet(), Math::max);
            delayed.incrementAndGet();
            together.decrementAndGet();
        }

        @Job(name = "sweep.rated")
        @Every(fixedRate = "200ms")
        public void rated() {
            rated.incrementAndGet();
        }
    }

    /** Has a payload that nobody could give. */
    public static class Wrong {
        @Job(name = "wrong")
        @Every(fixedDelay = "1s")
        public void wrong(String payload) {}
    }

    @Test
    void ticksOncePerIntervalInTheWholeCluster() {
        Sweeps sweeps = new Sweeps();
        long begun = System.nanoTime();
        started(builder().handlers(sweeps));
        started(builder().handlers(sweeps));
        await().until(() -> sweeps.rated.get() >= 5 && sweeps.delayed.get() >= 5);
        int ticks = sweeps.rated.get();
        int delays = sweeps.delayed.get();
        long elapsed = Duration.ofNanos(System.nanoTime() - begun).toMillis();
        assertThat((long) ticks).isLessThanOrEqualTo(elapsed / 200 + 1);
        assertThat((long) delays).isLessThanOrEqualTo(elapsed / 100 + 1);
        assertThat(sweeps.most).as("two of a fixed delay at once").hasValue(1);
    }

    /** Kinds that have hours, beside one that is always due. */
    public static class Hours {
        final AtomicInteger rated = new AtomicInteger();

        @Job(name = "often")
        @Every(fixedRate = "200ms")
        public void often() {
            rated.incrementAndGet();
        }

        @Job(name = "hour.1")
        @Every(fixedRate = "1h")
        public void first() {}

        @Job(name = "hour.2")
        @Every(fixedRate = "1h")
        public void second() {}

        @Job(name = "hour.3")
        @Every(fixedDelay = "1h")
        public void third() {}
    }

    /** Takes its time. */
    public static class Slow {
        final CountDownLatch began = new CountDownLatch(1);
        final CountDownLatch release = new CountDownLatch(1);

        @Job(name = "slow.sweep")
        @Every(fixedDelay = "50ms")
        public void sweep() throws InterruptedException {
            began.countDown();
            release.await();
        }
    }

    /** The same, more often. */
    public static class Oftener {
        @Job(name = "slow.sweep")
        @Every(fixedDelay = "20ms")
        public void sweep() {}
    }

    @Test
    void anotherDelayWaitsForTheJobThatIsUnderWay() throws Exception {
        Slow slow = new Slow();
        started(builder().handlers(slow));
        slow.began.await();
        started(builder().handlers(new Oftener()).workers(0));
        await().until(() -> count("headroom_job_schedule where spec like '%20%'") == 1);
        assertThat(count("headroom_job_schedule where next_at is null")).isOne();
        assertThat(count("headroom_job")).isOne();
        slow.release.countDown();
        await().until(() -> count("headroom_job_schedule where next_at is not null") == 1);
    }

    @Test
    void whenAJobEndedWellIsKeptWithoutATimerToo() throws Exception {
        started(builder().handlers(new Hours()));
        await().until(() -> count("headroom_job_schedule") == 4);
        execute(
                "update headroom_job_schedule set done_at = done_at - interval '2' day, next_at = next_at - interval '2' hour"
                        + " where kind = 'hour.1'");
        String well = "headroom_job_schedule where kind = 'hour.1' and done_at > seen_at - interval '1' day";
        await().until(() -> count(well) == 1);
    }

    @Test
    void whatIsNotDueCostsNothingBesideWhatIs() {
        Hours hours = new Hours();
        CountingDataSource counting = new CountingDataSource(dataSource());
        started(JobQueue.builder(counting).handlers(hours));
        await().until(() -> hours.rated.get() >= 1);
        counting.sinceLast();
        int before = hours.rated.get();
        await().until(() -> hours.rated.get() >= before + 5);
        assertThat(counting.texts.stream()
                        .filter(text -> text.contains("next_at <= ") && !text.startsWith("update"))
                        .count())
                .as("kinds looked at, beside the one")
                .isLessThanOrEqualTo(hours.rated.get() - before + 5L);
    }

    @Test
    void refusesAScheduleForAMethodWithPayload() {
        assertThatThrownBy(() -> builder().handlers(new Wrong()))
                .isInstanceOf(ConfigurationException.class)
                .hasMessage(
                        "@Every: Wrong.wrong (expected: a method without payload, and one of fixedDelay, fixedRate and cron)");
    }
}
