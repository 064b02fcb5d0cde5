package dev.headroom.health;

import dev.headroom.config.Checks;
import dev.headroom.config.Problems;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Runs health checks in parallel, each within its timeout, and says whether the application is ready.
 *
 * <p>At most one thread per check, ended when idle for 30 s. A check that hangs is interrupted, reported as timed out, and not started
 * again until it has ended, so it costs one thread for as long as it hangs. A report is kept for a short while, so that probes do not
 * load what they check. {@link #report()} takes at most as long as the longest timeout. Thread-safe.
 *
 * <pre>{@code
 * Health health = Health.builder()
 *     .check(HealthCheck.required("database", () -> catalog.count()))
 *     .build();
 * boolean ready = health.report().ready();
 * }</pre>
 */
public final class Health implements AutoCloseable {
    private final List<RunningCheck> checks = new ArrayList<>();
    private final ThreadPoolExecutor threads;
    private final long cacheNanos;
    private final LongSupplier clock;
    private final ReentrantLock lock = new ReentrantLock();
    private final AtomicReference<HealthReport.@Nullable State> override = new AtomicReference<>();
    private final AtomicBoolean refreshing = new AtomicBoolean();
    private volatile @Nullable List<CheckResult> last;
    private long lastAt;

    private Health(Builder builder) {
        this.cacheNanos = builder.cacheFor.toNanos();
        this.clock = builder.nanoClock;
        // Twice as many, since the thread of a run that has just ended may not be idle yet when the next begins; and
        // one that refreshes.
        int size = 1 + 2 * builder.checks.size();
        AtomicInteger number = new AtomicInteger();
        this.threads = new ThreadPoolExecutor(0, size, 30, TimeUnit.SECONDS, new SynchronousQueue<>(), work -> {
            Thread thread = new Thread(work, "headroom-health-" + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        });
        builder.checks.forEach(check -> checks.add(new RunningCheck(check, threads, clock)));
    }

    /** A builder without checks. */
    public static Builder builder() {
        return new Builder();
    }

    /** How the application is now, or was within the last {@code cacheFor}. */
    public HealthReport report() {
        if (!live()) {
            return new HealthReport(HealthReport.State.CLOSED, List.of());
        }
        return reportOf(results());
    }

    /**
     * The report of the {@linkplain #lastResults() last results}, at once, for those who may not wait: ready before the first checks. When
     * it is older than {@code cacheFor}, checks begin on a thread of their own, so that the next report has them.
     */
    public HealthReport lastReport() {
        if (live() && refreshing.compareAndSet(false, true)) {
            try {
                threads.execute(this::refresh);
            } catch (RejectedExecutionException closed) {
                refreshing.set(false);
            }
        }
        return reportOf(lastResults());
    }

    private void refresh() {
        try {
            results();
        } finally {
            refreshing.set(false);
        }
    }

    private HealthReport reportOf(List<CheckResult> results) {
        HealthReport.State told = override.get();
        if (told != null) {
            return new HealthReport(told, told == HealthReport.State.CLOSED ? List.of() : results);
        }
        boolean failed = results.stream().anyMatch(CheckResult::blocks);
        return new HealthReport(failed ? HealthReport.State.FAILED : HealthReport.State.READY, results);
    }

    /** The last results, without running anything or waiting for what runs: empty before the first {@link #report()}. */
    public List<CheckResult> lastResults() {
        List<CheckResult> known = last;
        return known == null ? List.of() : known;
    }

    /** Whether the application lives: until it is closed. */
    public boolean live() {
        return override.get() != HealthReport.State.CLOSED;
    }

    /** Whether the application finishes what it has and wants nothing new. */
    public boolean draining() {
        return override.get() == HealthReport.State.DRAINING;
    }

    /** From now on the application is not ready since it drains. */
    public void drain() {
        override.compareAndSet(null, HealthReport.State.DRAINING);
    }

    /** From now on the application is neither live nor ready; interrupts checks that run. */
    @Override
    public void close() {
        override.set(HealthReport.State.CLOSED);
        threads.shutdownNow();
    }

    private List<CheckResult> results() {
        lock.lock();
        try {
            List<CheckResult> known = last;
            if (known != null && clock.getAsLong() - lastAt < cacheNanos) {
                return known;
            }
            checks.forEach(RunningCheck::begin);
            List<CheckResult> fresh = new ArrayList<>(checks.size());
            for (RunningCheck check : checks) {
                fresh.add(check.await());
            }
            // What an interrupted caller did not wait for is its own view; the next asks again.
            if (!Thread.currentThread().isInterrupted()) {
                last = List.copyOf(fresh);
                lastAt = clock.getAsLong();
            }
            return fresh;
        } finally {
            lock.unlock();
        }
    }

    /** Collects checks and options. Not thread-safe. */
    public static final class Builder {
        private final List<HealthCheck> checks = new ArrayList<>();
        private Duration cacheFor = Duration.ofSeconds(1);
        private LongSupplier nanoClock = System::nanoTime;

        private Builder() {}

        /** Adds a check. */
        public Builder check(HealthCheck check) {
            checks.add(Checks.present("check", check));
            return this;
        }

        /** How long a report is kept; zero keeps none. Default: 1 s. */
        public Builder cacheFor(Duration cacheFor) {
            this.cacheFor = Checks.notNegative("cacheFor", cacheFor);
            return this;
        }

        /** A monotonic clock in nanoseconds. Default: {@link System#nanoTime()}. */
        public Builder nanoClock(LongSupplier nanoClock) {
            this.nanoClock = Checks.present("nanoClock", nanoClock);
            return this;
        }

        /**
         * The health of these checks.
         *
         * @throws dev.headroom.config.ConfigurationException if two checks have one name
         */
        public Health build() {
            Problems problems = new Problems();
            Set<String> names = new HashSet<>();
            checks.forEach(check ->
                    problems.unless(names.add(check.name()), "check", check.name(), "checks of different names"));
            problems.throwIfAny();
            return new Health(this);
        }
    }
}
