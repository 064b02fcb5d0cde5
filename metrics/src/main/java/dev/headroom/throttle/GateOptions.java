package dev.headroom.throttle;

import dev.headroom.load.LoadFeedback;
import dev.headroom.meter.Meters;
import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * The checked options of a gate; see {@link GateBuilder} for what they mean.
 *
 * @param name the gate's name
 * @param minimumLimit the least limit
 * @param initialLimit the limit to begin with
 * @param maximumLimit the greatest limit
 * @param deadline how long callers wait
 * @param mode what it does at first
 * @param load the feedback it obeys
 * @param meters where it counts
 * @param nanoClock its clock
 */
public record GateOptions(
        String name,
        int minimumLimit,
        int initialLimit,
        int maximumLimit,
        Duration deadline,
        Gate.Mode mode,
        LoadFeedback load,
        Meters meters,
        LongSupplier nanoClock) {}
