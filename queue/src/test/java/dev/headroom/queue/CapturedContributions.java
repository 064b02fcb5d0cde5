package dev.headroom.queue;

import dev.headroom.Contributions;
import dev.headroom.annotation.Interceptor;
import dev.headroom.background.Background;
import dev.headroom.consistency.Consistency;
import dev.headroom.console.ConsolePanel;
import dev.headroom.health.HealthCheck;
import dev.headroom.load.LoadSignal;
import dev.headroom.meter.Meters;
import dev.headroom.meter.Readings;
import dev.headroom.servlet.WebParts;
import dev.headroom.transaction.TransactionHook;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Keeps what tests look at. */
final class CapturedContributions implements Contributions {
    final List<ConsolePanel> panels = new ArrayList<>();
    final List<HealthCheck> checks = new ArrayList<>();

    @Override
    public Contributions interceptor(Interceptor<?> interceptor) {
        return this;
    }

    @Override
    public Contributions healthCheck(HealthCheck check) {
        checks.add(check);
        return this;
    }

    @Override
    public Contributions loadSignal(LoadSignal signal) {
        return this;
    }

    @Override
    public Contributions consolePanel(ConsolePanel panel) {
        panels.add(panel);
        return this;
    }

    @Override
    public Contributions web(Consumer<WebParts> parts) {
        return this;
    }

    @Override
    public Contributions transactionHook(TransactionHook hook) {
        return this;
    }

    @Override
    public Contributions meters(Meters meters) {
        return this;
    }

    @Override
    public Contributions readings(Readings readings) {
        return this;
    }

    @Override
    public Contributions consistency(Consistency consistency) {
        return this;
    }

    @Override
    public Contributions background(Background background) {
        return this;
    }
}
