package dev.headroom;

import dev.headroom.annotation.Enhancer;
import dev.headroom.background.Background;
import dev.headroom.background.LocalBackground;
import dev.headroom.config.Checks;
import dev.headroom.config.Problems;
import dev.headroom.health.Health;
import dev.headroom.health.HealthCheck;
import dev.headroom.internal.Assembly;
import dev.headroom.internal.InFlight;
import dev.headroom.internal.Instruments;
import dev.headroom.internal.Lifecycle;
import dev.headroom.internal.WebPieces;
import dev.headroom.internal.WebRuntime;
import dev.headroom.internal.debug.DebugStore;
import dev.headroom.inventory.ServiceInventory;
import dev.headroom.load.LoadFeedback;
import dev.headroom.meter.Meters;
import dev.headroom.servlet.WebOptions;
import jakarta.servlet.ServletContext;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The composition root: plugs components together so that each feeds and obeys the others, puts them on the web, and takes them down
 * again.
 *
 * <p>Thread-safe. {@link #close()} closes the components in reverse order and may be called again; {@link #drain()} does it without
 * losing a request. Needs the servlet API only for what has to do with the web.
 *
 * <pre>{@code
 * Headroom headroom = Headroom.builder("marketplace")
 *     .plug(router).plug(caches).plug(queue)
 *     .web(WebOptions.builder().console(ConsoleAccess.readOnly()).build())
 *     .drainOnShutdown()
 *     .build();
 * headroom.register(servletContext);
 * Catalog catalog = headroom.enhance(Catalog.class, new JdbcCatalog(router.dataSource()));
 * }</pre>
 */
public final class Headroom implements AutoCloseable {
    /** The servlet context attribute in which filters and servlets find their application. */
    public static final String ATTRIBUTE = "dev.headroom.Headroom";

    private final String name;
    private final List<Component> components;
    private final @Nullable ServiceInventory inventory;
    private final @Nullable WebOptions webOptions;
    private final Duration drainTimeout;
    private final Assembly assembly;
    private final Enhancer enhancer;
    private final InFlight inFlight = new InFlight();
    private final Health health;
    private final Instruments instruments;
    private final Lifecycle lifecycle;
    private @Nullable WebRuntime web;

    private Headroom(Builder builder, Assembly assembly) {
        this.name = builder.name;
        this.components = List.copyOf(builder.components);
        this.inventory = builder.inventory;
        this.webOptions = builder.web;
        this.drainTimeout = builder.drainTimeout;
        this.assembly = assembly;
        this.enhancer = Enhancer.of(assembly.interceptors());
        Health.Builder checks =
                Health.builder().cacheFor(builder.healthCacheFor).nanoClock(builder.nanoClock);
        assembly.healthChecks().forEach(checks::check);
        this.health = checks.build();
        Contracts contracts = assembly.contracts();
        List<AutoCloseable> others = new ArrayList<>();
        if (inventory != null) {
            others.add(inventory);
        }
        this.instruments = new Instruments(contracts.meters(), inFlight, health, contracts.load());
        others.add(instruments);
        this.lifecycle =
                new Lifecycle(withBackground(contracts.background()), others, health, inFlight, builder.readinessGrace);
    }

    /** The components, and before them the background of this process, which nobody plugs in: drained and closed after all of them. */
    private List<Component> withBackground(Background background) {
        List<Component> all = new ArrayList<>(components);
        if (background instanceof LocalBackground local && !all.contains(local)) {
            all.add(0, local);
        }
        return all;
    }

    /** A builder for the application of this name. */
    public static Builder builder(String name) {
        return new Builder(name);
    }

    /**
     * The application that was registered with, or attached to, the servlet context.
     *
     * @throws IllegalStateException if there is none
     */
    public static Headroom of(ServletContext context) {
        if (context.getAttribute(ATTRIBUTE) instanceof Headroom headroom) {
            return headroom;
        }
        throw new IllegalStateException(
                "attribute " + ATTRIBUTE + ": none (expected: headroom.attach(servletContext) or "
                        + "headroom.register(servletContext) in a ServletContextListener or ServletContainerInitializer, which run before"
                        + " filters and servlets begin)");
    }

    /** The application's name. */
    public String name() {
        return name;
    }

    /** What the components get of one another. */
    public Contracts contracts() {
        return assembly.contracts();
    }

    /** The load feedback of all components. */
    public LoadFeedback load() {
        return assembly.contracts().load();
    }

    /**
     * The object with its annotations alive, as {@link Enhancer#enhance} does with the interceptors of all components.
     *
     * @param type the interface by which it is called
     * @throws dev.headroom.config.ConfigurationException if an annotation can't take effect, with all that is wrong
     */
    public <T> T enhance(Class<T> type, T implementation) {
        return enhancer.enhance(type, implementation);
    }

    /** What brings annotations to life here, for hosts such as Spring or CDI. */
    public Enhancer enhancer() {
        return enhancer;
    }

    /** How the application is. */
    public Health health() {
        return health;
    }

    /** Where services are, empty when no inventory was given. */
    public Optional<ServiceInventory> inventory() {
        return Optional.ofNullable(inventory);
    }

    /** The first plugged component of this type, as filters in {@code web.xml} need it. */
    public <T> Optional<T> component(Class<T> type) {
        return components.stream().filter(type::isInstance).map(type::cast).findFirst();
    }

    /**
     * Registers every filter and endpoint of all components, in the one right order ({@link dev.headroom.servlet.FilterSlot}) and before
     * those of {@code web.xml}, and {@linkplain #attach attaches} the application. To be called while the servlet context starts, from a
     * {@code ServletContainerInitializer}, a {@code ServletContextListener} or Spring Boot's {@code ServletContextInitializer}.
     *
     * @throws dev.headroom.config.ConfigurationException with every name or path that is taken
     * @throws IllegalStateException if the servlet context has started
     */
    public void register(ServletContext context) {
        attach(context);
        WebPieces.register(assembly, web().options(), context);
    }

    /** Lets filters and servlets that are declared one by one, as in {@code web.xml}, find this application; registers nothing. */
    public void attach(ServletContext context) {
        context.setAttribute(ATTRIBUTE, this);
    }

    /** What Headroom's own filters and servlets work with; not for applications. */
    public synchronized WebRuntime web() {
        WebRuntime runtime = web;
        if (runtime == null) {
            WebOptions options = webOptions != null ? webOptions : WebOptions.withDefaults();
            runtime = new WebRuntime(name, options, inFlight, health, load(), assembly.panels(), new DebugStore());
            web = runtime;
        }
        return runtime;
    }

    /** Drains as {@link #drain(Duration)} does, within {@link Builder#drainTimeout}. */
    public DrainReport drain() {
        return drain(drainTimeout);
    }

    /**
     * Takes the application down without losing a request: readiness fails; after {@link Builder#readinessGrace}, in which load
     * balancers notice, requests in flight are waited for; components hand back and finish their work, in reverse order; the filters turn
     * away what still comes, with 503; everything is closed. After the grace, requests and each component in turn may take two thirds of
     * what is left of the time, the last one all of it, so that one that hangs does not starve the rest; closing gets at least 5 s.
     *
     * <p>Whoever calls it later waits for the first call and gets the same report. An interrupt skips the waiting. Not to be called from
     * a thread that serves a request, since it would wait for itself.
     *
     * @param within how long it may take
     */
    public DrainReport drain(Duration within) {
        return lifecycle.drain(Checks.positive("within", within));
    }

    /**
     * Closes the components in reverse order of plugging; the first failure is thrown after all are closed, others as suppressed. Who calls
     * it later waits until the first call is done, for at most 30 s.
     */
    @Override
    public void close() {
        lifecycle.close();
    }

    @Override
    public String toString() {
        return "Headroom[" + name + ", "
                + components.stream().map(Component::name).toList() + "]";
    }

    /** Collects components and options. Not thread-safe. */
    public static final class Builder {
        private final String name;
        private final List<Component> components = new ArrayList<>();
        private Consumer<Contributions> contributions = to -> {};
        private @Nullable ServiceInventory inventory;
        private @Nullable WebOptions web;
        private Duration healthCacheFor = Duration.ofSeconds(1);
        private Duration readinessGrace = Duration.ofSeconds(5);
        private Duration drainTimeout = Duration.ofSeconds(30);
        private boolean drainOnShutdown;
        private LongSupplier nanoClock = System::nanoTime;

        private Builder(String name) {
            this.name = Checks.name("name", name);
        }

        /** Plugs in a component. Plugging the same one twice is once. */
        public Builder plug(Component component) {
            Checks.present("component", component);
            if (!components.contains(component)) {
                components.add(component);
            }
            return this;
        }

        /** Lets the application itself give what components give: health checks, load signals, panels, filters … May be repeated. */
        public Builder contribute(Consumer<Contributions> contributions) {
            Checks.present("contributions", contributions);
            this.contributions = this.contributions.andThen(contributions);
            return this;
        }

        /** Where all components write their measurements. Default: what a component contributes, else nowhere. */
        public Builder meters(Meters meters) {
            Checks.present("meters", meters);
            return contribute(to -> to.meters(meters));
        }

        /** Adds a check of something that the application itself needs. */
        public Builder healthCheck(HealthCheck check) {
            Checks.present("check", check);
            return contribute(to -> to.healthCheck(check));
        }

        /** Where services are; closed after the components. Default: none. */
        public Builder inventory(ServiceInventory inventory) {
            this.inventory = Checks.present("inventory", inventory);
            return this;
        }

        /** How the application is on the web. Default: {@link WebOptions#withDefaults()}. */
        public Builder web(WebOptions options) {
            this.web = Checks.present("options", options);
            return this;
        }

        /** How long a health report is kept; zero keeps none. Default: 1 s. */
        public Builder healthCacheFor(Duration healthCacheFor) {
            this.healthCacheFor = Checks.notNegative("healthCacheFor", healthCacheFor);
            return this;
        }

        /** How long load balancers have to notice that readiness fails, before anything stops. Default: 5 s. */
        public Builder readinessGrace(Duration readinessGrace) {
            this.readinessGrace = Checks.notNegative("readinessGrace", readinessGrace);
            return this;
        }

        /** How long a drain may take, grace included. Default: 30 s. */
        public Builder drainTimeout(Duration drainTimeout) {
            this.drainTimeout = Checks.positive("drainTimeout", drainTimeout);
            return this;
        }

        /** Drains when the JVM is told to end (SIGTERM, Ctrl-C). Default: the application calls {@link #drain()} itself. */
        public Builder drainOnShutdown() {
            this.drainOnShutdown = true;
            return this;
        }

        /** A monotonic clock in nanoseconds for load sampling and health reports. Default: {@link System#nanoTime()}. */
        public Builder nanoClock(LongSupplier nanoClock) {
            this.nanoClock = Checks.present("nanoClock", nanoClock);
            return this;
        }

        /**
         * Plugs everything together and starts it.
         *
         * <p>The application owns what it was given from the moment this returns. When it throws, components that were connected already are
         * closed, the others and the inventory are the caller's to close; since a second close does nothing, a caller may close all.
         *
         * @throws dev.headroom.config.ConfigurationException with all that is wrong: two givers of one contract, two components of one
         *     name, two signals of one name, a grace as long as the whole drain …
         */
        public Headroom build() {
            Problems problems = new Problems()
                    .unless(
                            readinessGrace.compareTo(drainTimeout) < 0,
                            "readinessGrace",
                            readinessGrace,
                            "< drainTimeout (" + drainTimeout + ")");
            Assembly assembly = Assembly.of(contributions, components, nanoClock, problems);
            Headroom headroom = new Headroom(this, assembly);
            try {
                assembly.start(components);
            } catch (RuntimeException | Error failure) {
                headroom.instruments.close();
                headroom.health.close();
                throw failure;
            }
            if (drainOnShutdown) {
                headroom.lifecycle.drainOnShutdown(drainTimeout);
            }
            return headroom;
        }
    }
}
