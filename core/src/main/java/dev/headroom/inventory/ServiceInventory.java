package dev.headroom.inventory;

import java.util.List;

/**
 * Says where services are, live: sources are watched, listeners are told of changes, and when a source breaks the last good state is
 * kept.
 *
 * <p>Reads are answered from memory. Thread-safe.
 *
 * <pre>{@code
 * Host primary = inventory.host("mysql", property("master", true), environment("prod"));
 * }</pre>
 */
public interface ServiceInventory extends AutoCloseable {
    /**
     * One host of the service that passes all filters; of several, each in turn.
     *
     * @throws NoSuchHostException if there is none; names service, filters and what there is
     */
    Host host(String service, HostFilter... filters);

    /**
     * The one host of the service that passes all filters.
     *
     * @throws NoSuchHostException if there is none, or more than one
     */
    Host only(String service, HostFilter... filters);

    /** All hosts of the service that pass all filters, in the source's order. */
    List<Host> hosts(String service, HostFilter... filters);

    /** The services on this host, by its name. */
    List<Host> on(String hostName);

    /** All instances of any service whose property has this value. */
    List<Host> with(String property, Object value);

    /** Everything. */
    List<Host> all();

    /** Tells of every change after it took effect; closing the subscription ends it. */
    Subscription onChange(Listener listener);

    @Override
    void close();

    /** Hears of changes, on the watching thread, one at a time; a listener's failure is logged and does not keep others from hearing. */
    @FunctionalInterface
    interface Listener {
        /** Everything before and after the change. */
        void changed(List<Host> before, List<Host> after);
    }

    /** A listener's subscription; closing it twice does no harm. */
    @FunctionalInterface
    interface Subscription extends AutoCloseable {
        @Override
        void close();
    }
}
