package dev.headroom.throttle;

import dev.headroom.Component;
import dev.headroom.Contracts;
import dev.headroom.Contributions;
import dev.headroom.load.LoadFeedback;
import dev.headroom.load.LoadSignal;
import dev.headroom.servlet.FilterSlot;
import dev.headroom.servlet.FilterSpec;
import dev.headroom.throttle.internal.CpuLoad;
import dev.headroom.throttle.internal.ThrottlePanel;
import dev.headroom.throttle.internal.TideGate;
import dev.headroom.throttle.servlet.ThrottleFilter;

/**
 * Keeps an application's web requests within what it can serve in time: one {@link Gate} named {@code web} before the session and
 * everything that costs, refusing the least critical requests first.
 *
 * <p>When plugged in it gives a filter, the load signals {@code throttle.concurrency} (requests in flight in proportion to the limit;
 * unknown unless the mode is {@code ENFORCE}) and {@code cpu} (this process's share of the available processors over the last second; 1
 * is all of them), and a console panel, where an operator may change the mode. It obeys all load signals but its own concurrency, and
 * {@code cpu} only while 60 % of the limit is in use: with fewer requests in flight it is something else that keeps the processors busy, and
 * refusing requests would not relieve them (Alibaba Sentinel's rule for its system protection, with the limit in place of Little's law). A
 * request's criticality is that of its {@link dev.headroom.RequestContext}. Thread-safe.
 *
 * <pre>{@code
 * Throttle throttle = Throttle.builder().mode(Gate.Mode.OBSERVE).bypass("/metrics").build();
 * Headroom headroom = Headroom.builder("shop").plug(throttle).build();
 * throttle.mode(Gate.Mode.ENFORCE);
 * }</pre>
 */
public final class Throttle implements Component {
    private static final String CONCURRENCY = "throttle.concurrency";
    private static final String CPU = "cpu";

    private final TideGate gate;
    private final ThrottleOptions options;
    private final CpuLoad cpu;

    Throttle(GateOptions gate, ThrottleOptions options) {
        this.gate = new TideGate(gate);
        this.options = options;
        this.cpu = new CpuLoad(gate.nanoClock());
    }

    /** A builder. */
    public static ThrottleBuilder builder() {
        return new ThrottleBuilder();
    }

    /** The gate that requests go through. */
    public Gate gate() {
        return gate;
    }

    /** Which requests go through it, and what is answered to those it refuses. */
    public ThrottleOptions options() {
        return options;
    }

    /** What happens to requests beyond the limit. */
    public Gate.Mode mode() {
        return gate.mode();
    }

    /** Changes the mode from the next request on. */
    public void mode(Gate.Mode mode) {
        gate.mode(mode);
    }

    @Override
    public String name() {
        return "throttle";
    }

    @Override
    public void contribute(Contributions to) {
        to.loadSignal(LoadSignal.of(CONCURRENCY, gate::pressure))
                .loadSignal(LoadSignal.of(CPU, cpu::read))
                .consolePanel(new ThrottlePanel(gate))
                .web(parts -> parts.filter(
                        FilterSpec.of("headroom-throttle", FilterSlot.THROTTLE, new ThrottleFilter(this))));
    }

    @Override
    public void connect(Contracts contracts) {
        // The gate answers its own concurrency by the limit; to obey it too would leave capacity unused.
        LoadFeedback load = contracts.load().without(CONCURRENCY::equals);
        gate.connect(load, load.without(CPU::equals), contracts.meters());
    }

    @Override
    public void close() {
        gate.close();
    }

    @Override
    public String toString() {
        return "Throttle[" + gate + "]";
    }
}
