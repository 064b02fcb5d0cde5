package dev.headroom;

import dev.headroom.config.Checks;
import dev.headroom.internal.Assembly;
import dev.headroom.load.LoadFeedback;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The composition root: plugs components together so that each feeds and obeys the others.
 *
 * <p>Thread-safe. {@link #close()} closes the components in reverse order and may be called again.
 *
 * <pre>{@code
 * Headroom headroom = Headroom.builder("marketplace")
 *     .plug(router).plug(caches).plug(queue)
 *     .build();
 * }</pre>
 */
public final class Headroom implements AutoCloseable {
    private final String name;
    private final List<Component> components;
    private final Assembly assembly;
    private final AtomicBoolean closed = new AtomicBoolean();

    private Headroom(Builder builder, Assembly assembly) {
        this.name = builder.name;
        this.components = List.copyOf(builder.components);
        this.assembly = assembly;
    }

    /** A builder for the application of this name. */
    public static Builder builder(String name) {
        return new Builder(name);
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

    /** Closes the components in reverse order of plugging; the first failure is thrown after all are closed, others as suppressed. */
    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            Assembly.closeReversed(components);
        }
    }

    @Override
    public String toString() {
        return "Headroom[" + name + ", "
                + components.stream().map(Component::name).toList() + "]";
    }

    /** Collects components. Not thread-safe. */
    public static final class Builder {
        private final String name;
        private final List<Component> components = new ArrayList<>();

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

        /**
         * Plugs everything together and starts it.
         *
         * @throws dev.headroom.config.ConfigurationException with all that is wrong: two givers of one contract, two components of one
         *     name, two signals of one name …
         */
        public Headroom build() {
            Assembly assembly = Assembly.of(components);
            Headroom headroom = new Headroom(this, assembly);
            assembly.start(components);
            return headroom;
        }
    }
}
