package dev.headroom.internal;

import dev.headroom.Component;
import dev.headroom.Contracts;
import dev.headroom.Contributions;
import dev.headroom.HeadroomException;
import dev.headroom.annotation.Interceptor;
import dev.headroom.background.Background;
import dev.headroom.background.LocalBackground;
import dev.headroom.config.ConfigurationException;
import dev.headroom.config.Problem;
import dev.headroom.config.Problems;
import dev.headroom.consistency.Consistency;
import dev.headroom.console.ConsolePanel;
import dev.headroom.health.HealthCheck;
import dev.headroom.load.LoadSignal;
import dev.headroom.load.SignalLoadFeedback;
import dev.headroom.meter.Meters;
import dev.headroom.meter.Readings;
import dev.headroom.servlet.WebParts;
import dev.headroom.transaction.JdbcTransactions;
import dev.headroom.transaction.TransactionHook;
import dev.headroom.transaction.Transactions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Collects what components contribute, finds what is wrong with it, and hands out the contracts. */
public final class Assembly implements Contributions {
    private final List<Interceptor<?>> interceptors = new ArrayList<>();
    private final List<HealthCheck> healthChecks = new ArrayList<>();
    private final List<ConsolePanel> panels = new ArrayList<>();
    private final List<Consumer<WebParts>> web = new ArrayList<>();
    private final List<TransactionHook> hooks = new ArrayList<>();
    private final SignalLoadFeedback load;
    private final Problems problems = new Problems();
    private final Map<String, String> givers = new HashMap<>();
    private String contributor = "";
    private Meters meters = Meters.none();
    private Readings readings = Readings.none();
    private Consistency consistency = Consistency.none();
    private @Nullable Background background;
    private @Nullable Contracts contracts;

    private Assembly(LongSupplier nanoClock) {
        load = new SignalLoadFeedback(SignalLoadFeedback.DEFAULT_SAMPLING, nanoClock);
        givers.put("console panel health", "headroom");
        givers.put("console panel load", "headroom");
    }

    /**
     * Asks the application and every component for their contributions.
     *
     * @throws ConfigurationException with everything that is wrong, {@code problems} included
     */
    public static Assembly of(
            Consumer<Contributions> application,
            List<Component> components,
            LongSupplier nanoClock,
            Problems problems) {
        Assembly assembly = new Assembly(nanoClock);
        problems.found().forEach(assembly.problems::add);
        assembly.contributor = "the application";
        assembly.problems.collect(() -> application.accept(assembly));
        Map<String, Component> names = new HashMap<>();
        for (Component component : components) {
            assembly.problems.unless(
                    names.put(component.name(), component) == null,
                    "plug",
                    component.name(),
                    "components of different names");
            assembly.contributor = component.name();
            assembly.problems.collect(() -> component.contribute(assembly));
        }
        assembly.problems.throwIfAny();
        assembly.hooks.add(JdbcTransactions.hook());
        assembly.contracts = new Contracts(
                assembly.meters,
                assembly.readings,
                assembly.load,
                assembly.consistency,
                Transactions.of(assembly.hooks),
                assembly.background != null ? assembly.background : LocalBackground.create());
        return assembly;
    }

    /** Connects and starts the components; when one fails, those before it are closed again. */
    public void start(List<Component> components) {
        List<Component> begun = new ArrayList<>();
        try {
            for (Component component : components) {
                begun.add(component);
                component.connect(contracts());
            }
            for (Component component : components) {
                component.start();
            }
        } catch (RuntimeException | Error failure) {
            try {
                closeReversed(begun);
            } catch (RuntimeException alsoFailed) {
                failure.addSuppressed(alsoFailed);
            }
            throw failure;
        }
    }

    /** Closes in reverse order; throws the first failure with the others suppressed. */
    public static void closeReversed(List<? extends AutoCloseable> closeables) {
        RuntimeException first = null;
        for (int i = closeables.size() - 1; i >= 0; i--) {
            try {
                closeables.get(i).close();
            } catch (Exception failure) {
                RuntimeException unchecked = unchecked(failure);
                if (first == null) {
                    first = unchecked;
                } else {
                    first.addSuppressed(unchecked);
                }
            }
        }
        if (first != null) {
            throw first;
        }
    }

    private static RuntimeException unchecked(Exception failure) {
        if (failure instanceof InterruptedException) {
            Thread.currentThread().interrupt();
        }
        return failure instanceof RuntimeException already ? already : new HeadroomException("close failed", failure);
    }

    /** What components get of one another. */
    public Contracts contracts() {
        if (contracts == null) {
            throw new IllegalStateException("contracts: none (expected: to be asked for after all have contributed)");
        }
        return contracts;
    }

    /** All interceptors in the order of plugging. */
    public List<Interceptor<?>> interceptors() {
        return List.copyOf(interceptors);
    }

    /** All health checks. */
    public List<HealthCheck> healthChecks() {
        return List.copyOf(healthChecks);
    }

    /** All console panels. */
    public List<ConsolePanel> panels() {
        return List.copyOf(panels);
    }

    /** All filters and endpoints, asked for now. */
    public void web(WebParts parts) {
        web.forEach(giver -> giver.accept(parts));
    }

    @Override
    public Contributions interceptor(Interceptor<?> interceptor) {
        once("interceptor of @" + interceptor.annotation().getName());
        interceptors.add(interceptor);
        return this;
    }

    @Override
    public Contributions healthCheck(HealthCheck check) {
        once("health check " + check.name());
        healthChecks.add(check);
        return this;
    }

    @Override
    public Contributions loadSignal(LoadSignal signal) {
        once("load signal " + signal.name());
        try {
            load.register(signal);
        } catch (ConfigurationException | IllegalArgumentException refused) {
            problems.add(new Problem("loadSignal", signal.name(), "a name that is valid and not registered"));
        }
        return this;
    }

    @Override
    public Contributions consolePanel(ConsolePanel panel) {
        once("console panel " + panel.id());
        panels.add(panel);
        return this;
    }

    @Override
    public Contributions web(Consumer<WebParts> parts) {
        web.add(parts);
        return this;
    }

    @Override
    public Contributions transactionHook(TransactionHook hook) {
        hooks.add(hook);
        return this;
    }

    @Override
    public Contributions meters(Meters meters) {
        once("meters");
        this.meters = meters;
        return this;
    }

    @Override
    public Contributions readings(Readings readings) {
        once("readings");
        this.readings = readings;
        return this;
    }

    @Override
    public Contributions consistency(Consistency consistency) {
        once("consistency");
        this.consistency = consistency;
        return this;
    }

    @Override
    public Contributions background(Background background) {
        once("background");
        this.background = background;
        return this;
    }

    private void once(String what) {
        String giver = givers.putIfAbsent(what, contributor);
        if (giver != null) {
            problems.add(new Problem(what, "given by " + giver + " and " + contributor, "one giver"));
        }
    }
}
