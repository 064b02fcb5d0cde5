package dev.headroom.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.headroom.config.ConfigurationException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class HealthTest {
    private static final Duration SHORT = Duration.ofMillis(150);

    private static HealthCheck required(String name, HealthCheck.Probe probe) {
        return HealthCheck.required(name, probe);
    }

    @Test
    void isReadyWhenAllThatIsRequiredIsWell() {
        try (Health health = Health.builder()
                .check(required("database", () -> {}))
                .check(HealthCheck.optional("cache", () -> {
                    throw new IllegalStateException("no node answers\nat all");
                }))
                .build()) {
            HealthReport report = health.report();

            assertThat(report.ready()).isTrue();
            assertThat(report.checks()).extracting(CheckResult::name).containsExactly("database", "cache");
            assertThat(report.checks().get(1).healthy()).isFalse();
            assertThat(report.checks().get(1).message()).isEqualTo("IllegalStateException: no node answers at all");
        }
    }

    @Test
    void namesWhatFails() {
        try (Health health = Health.builder()
                .check(required("mail", () -> {
                    throw new java.io.IOException("refused");
                }))
                .check(required("disk", () -> {
                    throw new StackOverflowError();
                }))
                .build()) {
            HealthReport report = health.report();

            assertThat(report.state()).isEqualTo(HealthReport.State.FAILED);
            assertThat(report.blocking()).extracting(CheckResult::name).containsExactly("mail", "disk");
            assertThat(report.checks().get(1).message()).isEqualTo("StackOverflowError");
        }
    }

    @Test
    void runsChecksInParallel() {
        CyclicBarrier all = new CyclicBarrier(3);
        HealthCheck.Probe meets = () -> all.await(10, TimeUnit.SECONDS);
        Health.Builder builder = Health.builder();
        for (String name : new String[] {"a", "b", "c"}) {
            builder.check(required(name, meets).within(Duration.ofSeconds(10)));
        }
        try (Health health = builder.build()) {
            assertThat(health.report().ready()).isTrue();
        }
    }

    @Test
    void aHungCheckCostsOneThreadAndABoundedTime() {
        AtomicInteger started = new AtomicInteger();
        AtomicInteger running = new AtomicInteger();
        CountDownLatch free = new CountDownLatch(1);
        HealthCheck.Probe hangs = () -> {
            started.incrementAndGet();
            running.incrementAndGet();
            // Deaf to interrupts, like a read from a socket.
            boolean waiting = true;
            while (waiting) {
                try {
                    free.await();
                    waiting = false;
                } catch (InterruptedException ignored) {
                    waiting = true;
                }
            }
            running.decrementAndGet();
        };
        try (Health health = Health.builder()
                .check(required("database", hangs).within(SHORT))
                .check(required("disk", () -> {}))
                .cacheFor(Duration.ZERO)
                .build()) {
            for (int i = 0; i < 5; i++) {
                long begun = System.nanoTime();
                HealthReport report = health.report();
                assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(2));
                assertThat(report.blocking()).singleElement().satisfies(check -> {
                    assertThat(check.name()).isEqualTo("database");
                    assertThat(check.message()).isEqualTo("no answer within 150 ms");
                    assertThat(check.took()).isGreaterThanOrEqualTo(SHORT);
                });
            }
            assertThat(started).hasValue(1);

            free.countDown();
            await().untilAtomic(running, org.hamcrest.Matchers.is(0));
            await().until(() -> health.report().ready());
            assertThat(started).hasValueGreaterThan(1);
        }
    }

    @Test
    void keepsAReportForAWhile() {
        AtomicInteger runs = new AtomicInteger();
        AtomicLong now = new AtomicLong();
        try (Health health = Health.builder()
                .check(required("database", runs::incrementAndGet))
                .cacheFor(Duration.ofSeconds(1))
                .nanoClock(now::get)
                .build()) {
            health.report();
            now.addAndGet(999_999_999);
            health.report();
            assertThat(runs).hasValue(1);
            now.incrementAndGet();
            health.report();
            assertThat(runs).hasValue(2);
        }
    }

    @Test
    void doesNotKeepWhatAnInterruptedCallerSaw() {
        CountDownLatch free = new CountDownLatch(1);
        try (Health health = Health.builder()
                .check(required("database", free::await).within(Duration.ofSeconds(30)))
                .cacheFor(Duration.ofHours(1))
                .build()) {
            Thread.currentThread().interrupt();
            assertThat(health.report().ready()).isFalse();
            assertThat(Thread.interrupted()).isTrue();

            free.countDown();
            assertThat(health.report().ready()).isTrue();
        }
    }

    @Test
    void tellsTheLastResultsAtOnceWhileChecksRun() {
        CountDownLatch free = new CountDownLatch(1);
        CountDownLatch running = new CountDownLatch(1);
        try (Health health = Health.builder()
                .check(required("database", () -> {
                            running.countDown();
                            free.await();
                        })
                        .within(Duration.ofMinutes(1)))
                .cacheFor(Duration.ofHours(1))
                .build()) {
            assertThat(health.lastReport().checks()).isEmpty();
            await().until(() -> running.getCount() == 0);

            assertThat(health.lastResults()).isEmpty();
            assertThat(health.lastReport().ready()).isTrue();

            free.countDown();
            await().until(() -> health.lastReport().checks().size() == 1);
        }
    }

    @Test
    void isNotReadyWhileDrainingAndNotLiveWhenClosed() {
        Health health = Health.builder().check(required("database", () -> {})).build();

        health.drain();
        assertThat(health.report().state()).isEqualTo(HealthReport.State.DRAINING);
        assertThat(health.live()).isTrue();
        assertThat(health.report().checks()).hasSize(1);

        health.close();
        health.close();
        health.drain();
        assertThat(health.report().state()).isEqualTo(HealthReport.State.CLOSED);
        assertThat(health.live()).isFalse();
    }

    @Test
    void refusesTwoChecksOfOneName() {
        Health.Builder builder = Health.builder().check(required("a", () -> {})).check(required("a", () -> {}));

        assertThatThrownBy(builder::build)
                .isInstanceOf(ConfigurationException.class)
                .hasMessage("check: a (expected: checks of different names)");
    }
}
