package dev.headroom.session.internal;

import dev.headroom.RequestContext;
import dev.headroom.debug.DebugLog;
import dev.headroom.meter.Counter;
import dev.headroom.meter.Meters;
import dev.headroom.meter.Timer;
import dev.headroom.session.SessionMeters;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** What happened: meters, the console's figures and the debug log. */
final class Counts {
    enum Load {
        HIT,
        MISS,
        LOCAL,
        FAILED
    }

    enum Save {
        STORED,
        GONE,
        LOCAL,
        FAILED
    }

    final LongAdder loads = new LongAdder();
    final LongAdder saves = new LongAdder();
    final LongAdder degraded = new LongAdder();
    final LongAdder conflicts = new LongAdder();
    final LongAdder corrupt = new LongAdder();
    private final Map<Load, Timer> loadTimers = new EnumMap<>(Load.class);
    private final Map<Save, Timer> saveTimers = new EnumMap<>(Save.class);
    private final Counter retries;
    private final Counter conflictCounter;
    private final Counter corruptCounter;
    private final Counter created;

    Counts(Meters meters) {
        for (Load load : Load.values()) {
            loadTimers.put(load, meters.timer(SessionMeters.LOADS, "result", lower(load)));
        }
        for (Save save : Save.values()) {
            saveTimers.put(save, meters.timer(SessionMeters.SAVES, "result", lower(save)));
        }
        this.retries = meters.counter(SessionMeters.RETRIES);
        this.conflictCounter = meters.counter(SessionMeters.CONFLICTS);
        this.corruptCounter = meters.counter(SessionMeters.CORRUPT);
        this.created = meters.counter(SessionMeters.CREATED);
    }

    void loaded(Load result, long start, @Nullable Throwable failure) {
        loads.increment();
        if (result == Load.LOCAL || result == Load.FAILED) {
            degraded.increment();
        }
        record(loadTimers.get(result), "load " + lower(result), start, failure);
    }

    void saved(Save result, long start, @Nullable Throwable failure) {
        saves.increment();
        if (result == Save.LOCAL || result == Save.FAILED) {
            degraded.increment();
        }
        record(saveTimers.get(result), "save " + lower(result), start, failure);
    }

    void retried() {
        retries.increment();
    }

    void conflict() {
        conflicts.increment();
        conflictCounter.increment();
    }

    void corrupt() {
        corrupt.increment();
        corruptCounter.increment();
    }

    void created() {
        created.increment();
    }

    private static void record(@Nullable Timer timer, String what, long start, @Nullable Throwable failure) {
        long nanos = System.nanoTime() - start;
        if (timer != null) {
            timer.recordNanos(nanos);
        }
        DebugLog debug = RequestContext.currentDebug();
        if (debug.enabled()) {
            debug.add("session", what, nanos, failure);
        }
    }

    private static String lower(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
