package dev.headroom.throttle.internal;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;

/**
 * This process's share of the processors it may use, from its CPU time; in a container these are the container's, as the JVM counts
 * them. Measured by whoever asks, at most once a second; {@code NaN} in the first second and where the JVM does not tell CPU time.
 */
public final class CpuLoad {
    private static final long SECOND = 1_000_000_000L;

    private final LongSupplier clock;
    private final LongSupplier cpuNanos;
    private final IntSupplier processors;
    private final AtomicReference<Reading> last;

    private record Reading(long at, long cpuNanos, double load) {}

    /** This process, by this monotonic clock in nanoseconds. */
    public CpuLoad(LongSupplier clock) {
        this(clock, CpuLoad::processCpuNanos, Runtime.getRuntime()::availableProcessors);
    }

    CpuLoad(LongSupplier clock, LongSupplier cpuNanos, IntSupplier processors) {
        this.clock = clock;
        this.cpuNanos = cpuNanos;
        this.processors = processors;
        this.last = new AtomicReference<>(new Reading(clock.getAsLong(), cpuNanos.getAsLong(), Double.NaN));
    }

    /** The share over the second or more before it was last measured; 1 is all. */
    public double read() {
        Reading before = last.get();
        long now = clock.getAsLong();
        if (now - before.at < SECOND) {
            return before.load;
        }
        long used = cpuNanos.getAsLong();
        double load = used < 0 || before.cpuNanos < 0
                ? Double.NaN
                : (double) (used - before.cpuNanos) / (now - before.at) / processors.getAsInt();
        Reading reading = new Reading(now, used, load);
        return last.compareAndSet(before, reading) ? load : last.get().load;
    }

    private static long processCpuNanos() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system
                ? system.getProcessCpuTime()
                : -1;
    }
}
