package dev.headroom.throttle.internal;

import dev.headroom.config.Checks;
import dev.headroom.load.Criticality;
import dev.headroom.load.LoadAdvice;
import dev.headroom.load.LoadFeedback;
import dev.headroom.meter.Meters;
import dev.headroom.throttle.Gate;
import dev.headroom.throttle.GateOptions;
import dev.headroom.throttle.GateSnapshot;
import dev.headroom.throttle.ShedException;
import dev.headroom.throttle.ThrottleMeters;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The gate: counts what is in flight against {@link Tide}'s limit. */
public final class TideGate implements Gate, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(TideGate.class);
    private static final long UNCOUNTED = -1;
    private static final long QUIET_NANOS = 10_000_000_000L;
    // As in Tide: below it, work does not queue.
    private static final double BUSY = 0.6;
    // By Criticality's order.
    private static final double[] SHARES = {1.2, 1.0, 0.85, 0.7};

    private final String name;
    private final LongSupplier clock;
    private final Tide tide;
    private final PermitTable permits;
    private final Share[] shares = {new Share(), new Share(), new Share(), new Share()};
    private final Tally admitted = new Tally();
    private final Tally[] refused = {new Tally(), new Tally()};
    private final Tally[] observed = {new Tally(), new Tally()};
    private final AtomicLong toldAt;
    private volatile Mode mode;
    private volatile LoadFeedback whileBusy = LoadFeedback.none();
    private volatile LoadFeedback whileIdle = LoadFeedback.none();
    private volatile List<Meters.Gauge> gauges = List.of();

    private enum Cause {
        LIMIT,
        LOAD
    }

    /** A gate with these options. */
    public TideGate(GateOptions options) {
        name = options.name();
        clock = options.nanoClock();
        tide = new Tide(options);
        permits = new PermitTable(Math.max(4_096, 2 * options.maximumLimit()));
        toldAt = new AtomicLong(clock.getAsLong() - QUIET_NANOS);
        mode = options.mode();
        connect(options.load(), options.load(), options.meters());
    }

    /**
     * From now on counts there and obeys this feedback.
     *
     * @param whileBusy what it obeys while work queues here
     * @param whileIdle what it obeys while it doesn't
     */
    public void connect(LoadFeedback whileBusy, LoadFeedback whileIdle, Meters meters) {
        close();
        this.whileBusy = whileBusy;
        this.whileIdle = whileIdle;
        admitted.connect(meters, ThrottleMeters.ADMITTED, "gate", name);
        for (Cause cause : Cause.values()) {
            String[] tags = {"gate", name, "cause", cause == Cause.LIMIT ? "limit" : "load"};
            refused[cause.ordinal()].connect(meters, ThrottleMeters.REFUSED, tags);
            observed[cause.ordinal()].connect(meters, ThrottleMeters.OBSERVED, tags);
        }
        gauges = List.of(
                meters.gauge(ThrottleMeters.LIMIT, tide::limit, "gate", name),
                meters.gauge(ThrottleMeters.IN_FLIGHT, permits::count, "gate", name));
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public long tryEnter(Criticality criticality) {
        Mode now = mode;
        if (now == Mode.OFF) {
            return UNCOUNTED;
        }
        if (!advised(criticality)) {
            return now == Mode.ENFORCE ? refuse(criticality, Cause.LOAD) : observe(criticality, Cause.LOAD);
        }
        int places = (int) Math.max(1, tide.effective() * SHARES[criticality.ordinal()]);
        if (permits.reserve(places)) {
            return admit(criticality);
        }
        tide.refused();
        return now == Mode.ENFORCE ? refuse(criticality, Cause.LIMIT) : observe(criticality, Cause.LIMIT);
    }

    private boolean advised(Criticality criticality) {
        boolean busy = permits.count() >= BUSY * tide.limit();
        LoadAdvice advice = (busy ? whileBusy : whileIdle).advise(criticality);
        return advice.go() || !advice.stop() && shares[criticality.ordinal()].next(advice.factor());
    }

    private long refuse(Criticality criticality, Cause cause) {
        refused[cause.ordinal()].add(criticality);
        tell(criticality, cause);
        return 0;
    }

    private long observe(Criticality criticality, Cause cause) {
        observed[cause.ordinal()].add(criticality);
        permits.reserve(Integer.MAX_VALUE);
        return admit(criticality);
    }

    private long admit(Criticality criticality) {
        admitted.add(criticality);
        tide.entered(permits.count());
        long permit = permits.issue(clock.getAsLong());
        return permit == PermitTable.NONE ? UNCOUNTED : permit;
    }

    private void tell(Criticality criticality, Cause cause) {
        long now = clock.getAsLong();
        long last = toldAt.get();
        if (now - last >= QUIET_NANOS && toldAt.compareAndSet(last, now)) {
            log.warn(
                    "throttle: gate {} refuses, {} for one, because of the {} (limit={}, inFlight={}, load={})",
                    name,
                    criticality,
                    cause == Cause.LIMIT ? "limit" : "load",
                    tide.effective(),
                    permits.count(),
                    whileBusy.pressures());
        }
    }

    @Override
    public void leave(long permit, Outcome outcome) {
        if (permit <= 0) {
            return;
        }
        long since = permits.since(permit);
        if (permits.giveBack(permit)) {
            tide.left(outcome, since, clock.getAsLong(), permits.count(), mode == Mode.ENFORCE);
        }
    }

    @Override
    public <T> T call(Criticality criticality, Callable<T> work) throws Exception {
        long permit = tryEnter(criticality);
        if (permit == 0) {
            throw new ShedException(criticality, snapshot());
        }
        Outcome outcome = Outcome.DROPPED;
        try {
            T result = work.call();
            outcome = Outcome.SUCCESS;
            return result;
        } finally {
            leave(permit, outcome);
        }
    }

    @Override
    public Mode mode() {
        return mode;
    }

    @Override
    public void mode(Mode mode) {
        Mode before = this.mode;
        this.mode = Checks.present("mode", mode);
        if (before != mode) {
            log.info("throttle: gate {} changes from {} to {}", name, before, mode);
        }
    }

    @Override
    public double pressure() {
        return mode == Mode.ENFORCE ? Math.min(SHARES[0], (double) permits.count() / tide.limit()) : Double.NaN;
    }

    @Override
    public GateSnapshot snapshot() {
        return new GateSnapshot(
                name,
                mode,
                tide.limit(),
                permits.count(),
                tide.baseline(),
                tide.latency(),
                Tally.sum(admitted),
                Tally.sum(refused),
                Tally.sum(observed));
    }

    /** Takes its gauges away; the gate goes on. */
    @Override
    public void close() {
        gauges.forEach(Meters.Gauge::close);
        gauges = List.of();
    }

    @Override
    public String toString() {
        return "Gate[" + name + ", " + mode + ", limit=" + tide.limit() + ", inFlight=" + permits.count() + "]";
    }
}
