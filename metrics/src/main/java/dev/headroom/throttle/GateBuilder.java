package dev.headroom.throttle;

import dev.headroom.config.Checks;
import dev.headroom.config.Problems;
import dev.headroom.load.LoadFeedback;
import dev.headroom.meter.Meters;
import dev.headroom.throttle.internal.TideGate;
import java.time.Duration;
import java.util.function.LongSupplier;

/** Collects the options of a {@link Gate}. Not thread-safe. */
public final class GateBuilder {
    private static final int LARGEST = 50_000;

    private final String name;
    private int minimumLimit = 20 * Runtime.getRuntime().availableProcessors();
    private int initialLimit;
    private int maximumLimit;
    private Duration deadline = Duration.ofMillis(500);
    private Gate.Mode mode = Gate.Mode.ENFORCE;
    private LoadFeedback load = LoadFeedback.none();
    private Meters meters = Meters.none();
    private LongSupplier nanoClock = System::nanoTime;

    GateBuilder(String name) {
        this.name = Checks.name("name", name);
    }

    /**
     * The limit it never falls below, but for the moments of a probe. Default: 20 per processor, so that slow and quick work side by side
     * on a noisy machine is not refused.
     */
    public GateBuilder minimumLimit(int minimumLimit) {
        this.minimumLimit = Checks.between("minimumLimit", minimumLimit, 1, LARGEST);
        return this;
    }

    /** The limit it begins with. Default: twice the minimum, at most the maximum. */
    public GateBuilder initialLimit(int initialLimit) {
        this.initialLimit = Checks.between("initialLimit", initialLimit, 1, LARGEST);
        return this;
    }

    /** The limit it never exceeds. Default: 1,000, or the minimum if that is more. */
    public GateBuilder maximumLimit(int maximumLimit) {
        this.maximumLimit = Checks.between("maximumLimit", maximumLimit, 1, LARGEST);
        return this;
    }

    /** How long callers are willing to wait; 8 % of it may be queueing. Default: 500 ms. */
    public GateBuilder deadline(Duration deadline) {
        this.deadline = Checks.positive("deadline", deadline);
        return this;
    }

    /** What it does at first. Default: {@link Gate.Mode#ENFORCE}. */
    public GateBuilder mode(Gate.Mode mode) {
        this.mode = Checks.present("mode", mode);
        return this;
    }

    /** The load feedback it obeys. Default: none. */
    public GateBuilder load(LoadFeedback load) {
        this.load = Checks.present("load", load);
        return this;
    }

    /** Where it counts. Default: nowhere. */
    public GateBuilder meters(Meters meters) {
        this.meters = Checks.present("meters", meters);
        return this;
    }

    /** A monotonic clock in nanoseconds. Default: {@link System#nanoTime()}. */
    public GateBuilder nanoClock(LongSupplier nanoClock) {
        this.nanoClock = Checks.present("nanoClock", nanoClock);
        return this;
    }

    /**
     * The gate.
     *
     * @throws dev.headroom.config.ConfigurationException unless minimum ≤ initial ≤ maximum
     */
    public Gate build() {
        return new TideGate(options());
    }

    GateOptions options() {
        int maximum = maximumLimit != 0 ? maximumLimit : Math.max(1_000, minimumLimit);
        int initial = initialLimit != 0 ? initialLimit : Math.min(2 * minimumLimit, maximum);
        new Problems()
                .unless(minimumLimit <= maximum, "minimumLimit", minimumLimit, "<= maximumLimit (" + maximum + ")")
                .unless(
                        minimumLimit > maximum || initial >= minimumLimit && initial <= maximum,
                        "initialLimit",
                        initial,
                        "minimumLimit (" + minimumLimit + ") to maximumLimit (" + maximum + ")")
                .throwIfAny();
        return new GateOptions(name, minimumLimit, initial, maximum, deadline, mode, load, meters, nanoClock);
    }
}
