package dev.headroom.session.internal;

import dev.headroom.Contracts;
import dev.headroom.Contributions;
import dev.headroom.codec.Codec;
import dev.headroom.health.HealthCheck;
import dev.headroom.meter.Meters;
import dev.headroom.servlet.FilterSlot;
import dev.headroom.servlet.FilterSpec;
import dev.headroom.session.SessionMeters;
import dev.headroom.session.SessionOptions;
import dev.headroom.session.Sessions;
import dev.headroom.session.SharedSessionFilter;
import dev.headroom.session.spi.SessionStore;
import jakarta.servlet.DispatcherType;
import java.time.Clock;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** Sessions over a store. */
public final class DefaultSessions implements Sessions {
    private final SessionEngine engine;
    private final FilterWork work;
    private final AtomicBoolean closed = new AtomicBoolean();
    private volatile Meters.@Nullable Gauge available;

    /** Makes sessions; they work at once. */
    public DefaultSessions(SessionOptions options, SessionStore store, Codec codec, Clock clock) {
        this.engine = new SessionEngine(options, store, codec, clock, new Counts(Meters.none()));
        this.work = new FilterWork(engine);
    }

    @Override
    public String name() {
        return "session";
    }

    @Override
    public SharedSessionFilter filter() {
        return new SharedSessionFilter(this);
    }

    /** What filters do. */
    public FilterWork work() {
        return work;
    }

    @Override
    public void contribute(Contributions to) {
        to.healthCheck(HealthCheck.optional("session-store", engine.store()::probe));
        to.consolePanel(new SessionPanel(engine));
        to.web(parts -> parts.filter(FilterSpec.of("headroom-session", FilterSlot.SESSION, filter())
                .on(DispatcherType.REQUEST, DispatcherType.ASYNC, DispatcherType.ERROR, DispatcherType.FORWARD)));
    }

    @Override
    public void connect(Contracts contracts) {
        engine.counts(new Counts(contracts.meters()));
        available = contracts
                .meters()
                .gauge(
                        SessionMeters.AVAILABLE,
                        () -> engine.store().available() ? 1 : 0,
                        "store",
                        engine.store().name());
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            Meters.Gauge gauge = available;
            if (gauge != null) {
                gauge.close();
            }
            engine.store().close();
        }
    }
}
