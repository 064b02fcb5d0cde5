package dev.headroom.flags.internal;

import dev.headroom.flags.FlagMeters;
import dev.headroom.meter.Counter;
import dev.headroom.meter.Meters;
import java.util.concurrent.atomic.LongAdder;

/** What one flag has answered. */
public final class FlagCounts {
    private final LongAdder on = new LongAdder();
    private final LongAdder off = new LongAdder();
    private final LongAdder shed = new LongAdder();
    private final Counter onMeter;
    private final Counter offMeter;
    private final Counter shedMeter;
    private final Counter noSubjectMeter;

    /** Counts that also go to the meters. */
    public FlagCounts(String flag, Meters meters) {
        onMeter = meters.counter(FlagMeters.ON, "flag", flag);
        offMeter = meters.counter(FlagMeters.OFF, "flag", flag);
        shedMeter = meters.counter(FlagMeters.SHED, "flag", flag);
        noSubjectMeter = meters.counter(FlagMeters.NO_SUBJECT, "flag", flag);
    }

    /** One answer. */
    public void answered(boolean wasOn, boolean wasShed) {
        (wasOn ? on : off).increment();
        (wasOn ? onMeter : offMeter).increment();
        if (wasShed) {
            shed.increment();
            shedMeter.increment();
        }
    }

    /** A question about a share of users without a user. */
    public void noSubject() {
        noSubjectMeter.increment();
    }

    /** Answers that were on. */
    public long on() {
        return on.sum();
    }

    /** Answers that were off. */
    public long off() {
        return off.sum();
    }

    /** Answers that were off because of load. */
    public long shed() {
        return shed.sum();
    }
}
